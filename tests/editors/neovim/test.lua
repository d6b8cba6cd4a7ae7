-- Viva in Neovim as a person uses it: `K`'s float, `gra`'s menu, pages that open, settings, restarts.
-- run.sh runs this as `nvim -l test.lua` in an empty home, with `viva` on the PATH. What is expected
-- is asked of `viva explain --json`, so that no text of the guide stands here.

local ROOT = vim.fs.normalize(vim.fn.fnamemodify(arg[0], ':p:h') .. '/../../..')
local TIMEOUT = 30000 -- milliseconds; for slow machines, never waited for in full

-- One place in each language: the fixture, a search pattern for the keyword, its name, and a comment
-- that must not be explained.
local PLACES = {
  {
    file = 'queue/queue.go',
    pattern = [[sync\.\zsCond]],
    keyword = 'sync.Cond',
    word = 'Cond',
    comment = '// sync.Cond',
  },
  {
    file = 'image/Dockerfile',
    pattern = [[^ENTRYPOINT]],
    keyword = 'docker:ENTRYPOINT',
    word = 'ENTRYPOINT',
    comment = '# ENTRYPOINT',
  },
  {
    file = 'shop/schema.sql',
    pattern = [[^UNION ALL]],
    keyword = 'sql:UNION ALL',
    word = 'UNION ALL',
    comment = '-- UNION ALL',
  },
  {
    file = 'cache/redis.conf',
    pattern = [[^maxmemory-policy]],
    keyword = 'redis:maxmemory-policy',
    word = 'maxmemory-policy',
    comment = '# maxmemory-policy',
  },
}

-- Checks ------------------------------------------------------------------------------------------

local passed, failed = 0, 0

-- Counts and prints one check; what was found instead is printed when it fails.
local function check(name, is_right, found)
  if is_right then
    passed = passed + 1
    io.stdout:write('ok    ', name, '\n')
  else
    failed = failed + 1
    io.stdout:write('FAIL  ', name, ': ', vim.inspect(found), '\n')
  end
end

local function equal(name, found, expected)
  check(name, vim.deep_equal(found, expected), { found = found, expected = expected })
end

-- Waits for something; that it did not come about in time is a failed check.
local function wait(what, condition)
  if not vim.wait(TIMEOUT, condition, 10) then
    check('in time: ' .. what, false)
  end
end

-- What a person sees ------------------------------------------------------------------------------

-- Everything that Neovim and the servers told the user, with its level.
local notices = {}
vim.notify = function(text, level)
  table.insert(notices, { text = text, level = level or vim.log.levels.INFO })
end

-- Whether a text was told; it is then taken as read.
local function was_told(text)
  for index, notice in ipairs(notices) do
    if notice.text:find(text, 1, true) then
      table.remove(notices, index)
      return true
    end
  end
  return false
end

local function float()
  return vim.iter(vim.api.nvim_list_wins()):find(function(window)
    return vim.api.nvim_win_get_config(window).relative ~= ''
  end)
end

-- The text of the current buffer that the hover highlights.
local function highlighted()
  local namespace = assert(vim.api.nvim_get_namespaces()['nvim.lsp.hover_range'])
  local mark = vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })[1]
  if mark then
    local _, line, column, details = unpack(mark)
    return table.concat(
      vim.api.nvim_buf_get_text(0, line, column, details.end_row, details.end_col, {}),
      '\n'
    )
  end
end

-- What `K` shows at the cursor: the lines of the float and the highlighted text, or nothing.
local function hover()
  local window
  vim.lsp.buf.hover()
  wait('an answer to a hover', function()
    window = float()
    return window or was_told('No information available')
  end)
  if not window then
    return nil
  end
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
  local text = highlighted()
  vim.api.nvim_win_close(window, true)
  return lines, text
end

-- What `gra` lists at the cursor; the action with a number is run.
local function actions(number)
  local titles
  vim.ui.select = function(items, options, on_choice)
    titles = vim.iter(items):map(options.format_item):totable()
    on_choice(items[number], items[number] and number)
  end
  vim.lsp.buf.code_action()
  wait('an answer about code actions', function()
    return titles or was_told('No code actions available')
  end)
  return titles or {}
end

-- Files and servers -------------------------------------------------------------------------------

local exits = {} -- how each server ended

local function viva()
  return vim.lsp.get_clients({ bufnr = 0, name = 'viva' })[1]
end

-- Opens a file as it is on disk, and waits for Viva.
local function open(file)
  vim.cmd('silent %bwipeout!')
  vim.cmd.edit(vim.fn.fnameescape(file))
  wait('Viva at ' .. file, function()
    return viva() ~= nil
  end)
  return viva()
end

local function fixture(file)
  return ROOT .. '/tests/fixtures/' .. file
end

-- A file in the empty home.
local function write(name, lines)
  vim.fn.mkdir(vim.fs.dirname(name), 'p')
  vim.fn.writefile(lines, name)
  return name
end

local function go_to(pattern)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search(pattern, 'c') > 0, pattern)
end

-- The first thing that a command of `viva` prints as JSON.
local function cli(command, argument)
  local result = vim.system({ 'viva', command, '--json', argument }, { text = true }):wait()
  assert(result.code == 0, result.stderr)
  return vim.json.decode(vim.split(result.stdout, '\n')[1])
end

-- What `viva explain` says about the cursor's place; `headline` is the first line.
local function explain()
  local line, column = unpack(vim.api.nvim_win_get_cursor(0))
  local place = ('%s:%d:%d'):format(vim.api.nvim_buf_get_name(0), line, column + 1)
  local explained = cli('explain', place)
  explained.headline = vim.split(explained.markdown, '\n')[1]
  return explained
end

-- The processes of Viva that this Neovim runs.
local function processes()
  return vim
    .iter(vim.api.nvim_get_proc_children(vim.uv.os_getpid()))
    :filter(function(pid)
      local process = vim.api.nvim_get_proc(pid)
      return process and process.name:find('^viva') ~= nil
    end)
    :totable()
end

-- Stops all servers as Neovim does when it quits.
local function stop_all()
  vim.iter(vim.lsp.get_clients()):each(function(client)
    client:stop()
  end)
  wait('the end of all servers', function()
    return #processes() == 0 and #vim.lsp.get_clients() == 0
  end)
end

-- The README's Lua, in its order.
local function readme()
  local text = table.concat(vim.fn.readfile(ROOT .. '/editors/neovim/README.md'), '\n')
  local blocks = {}
  for block in text:gmatch('```lua\n(.-)\n```') do
    table.insert(blocks, assert(loadstring(block)))
  end
  assert(#blocks == 3, 'the README has another number of Lua blocks')
  return unpack(blocks)
end

local enable, configure, start_in_0_10 = readme()

-- The suite ---------------------------------------------------------------------------------------

vim.o.swapfile = false
vim.cmd('filetype plugin on')
vim.opt.runtimepath:prepend(ROOT .. '/editors/neovim')
vim.lsp.config('viva', {
  on_exit = function(code, signal)
    table.insert(exits, { code = code, signal = signal })
  end,
})
enable()

local servers = {} -- a set of client ids
for _, place in ipairs(PLACES) do
  local client = open(fixture(place.file))
  check(place.file .. ': Viva attaches', client ~= nil, vim.bo.filetype)
  servers[client.id] = true

  go_to(place.pattern)
  local explained = explain()
  equal(place.file .. ': viva explain knows the place', explained.keyword, place.keyword)
  local lines, text = hover()
  equal(place.file .. ': the hover begins with its headline', lines and lines[1], explained.headline)
  equal(place.file .. ': the hover is about the keyword alone', text, place.word)

  local count = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(0, count, count, false, { place.comment })
  go_to([[\V]] .. vim.fn.escape(place.comment, [[\]]) .. [[\$]])
  vim.cmd.normal({ '$', bang = true })
  equal(place.file .. ': no hover on a comment', hover(), nil)
end
equal('one server serves all four files', vim.tbl_count(servers), 1)
equal('positions are counted in UTF-16', viva().offset_encoding, 'utf-16')

do -- edits
  open(fixture('queue/queue.go'))
  go_to([[sync\.\zsCond]])
  local expected = explain().headline
  local count = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(0, count, count, false, { 'var bomb, cond = "💣 💣", sync.Cond{}' })
  go_to([[💣.*sync\.\zsCond]])
  local lines, text = hover()
  equal('a line typed after opening is explained', lines and lines[1], expected)
  equal('characters outside the BMP before the keyword do not move it', text, 'Cond')
  go_to([[💣.*\zs", sync\.Cond]])
  equal('no hover in the string beside it', hover(), nil)
end

do -- code actions
  open(fixture('queue/queue.go'))
  go_to([[sync\.\zsCond]])
  local explained = explain()
  local titles = actions()
  check(
    'every code action is a question of an interview',
    #titles > 1
      and vim.iter(titles):all(function(title)
        return vim.startswith(title, 'Interview: ')
      end),
    titles
  )
  equal('the first is the topic’s own', titles[1], 'Interview: ' .. explained.questions[1].ask)
  go_to([[^$]])
  equal('an empty line has none', actions(), {})

  go_to([[sync\.\zsCond]])
  actions(2)
  local question = explained.questions[2]
  local page = question.topic .. '.md'
  wait('a page', function()
    return vim.endswith(vim.api.nvim_buf_get_name(0), page)
  end)
  check(
    'running one opens the topic’s page',
    vim.endswith(vim.api.nvim_buf_get_name(0), page) and vim.bo.filetype == 'markdown',
    { vim.api.nvim_buf_get_name(0), vim.bo.filetype }
  )
  equal('at the question', vim.api.nvim_get_current_line(), '### ' .. question.ask)
  check('to be read, not written', vim.bo.readonly, vim.bo.readonly)
end

do -- workspace symbols
  open(fixture('shop/schema.sql'))
  local expected = cli('search', 'leftmost prefix')
  local found
  vim.lsp.buf.workspace_symbol('?leftmost prefix', {
    on_list = function(list)
      found = list.items
    end,
  })
  wait('symbols', function()
    return found
  end)
  local first = found and found[1] or {}
  check(
    'symbols for `?leftmost prefix` are topics, the best first',
    first.text ~= nil and first.text:find(expected.title, 1, true) ~= nil,
    found
  )
  equal(
    'and lead to their pages',
    first.filename and vim.fn.readfile(first.filename)[1],
    '# ' .. expected.title
  )
  vim.lsp.buf.workspace_symbol('leftmost prefix')
  local is_empty = vim.wait(TIMEOUT, function()
    return was_told('No symbols found')
  end, 10)
  check('without the `?` there are none', is_empty, notices)
end

do -- settings
  local client = open(fixture('queue/queue.go'))
  go_to([[sync\.\zsCond]])
  local function set(settings)
    client.settings = settings
    client:notify('workspace/didChangeConfiguration', { settings = settings })
  end
  -- Viva asks for the settings and goes on meanwhile, so a change takes effect a moment later.
  local function lines_become(is_right)
    local lines
    vim.wait(TIMEOUT, function()
      lines = #(hover() or {})
      return is_right(lines)
    end, 10)
    return is_right(lines), lines
  end
  local default = #hover()
  check('a hover has at most 25 lines, and more than 5 here', default > 5 and default <= 25, default)
  set({ viva = { hover = { maxLines = 5 } } })
  check('a shorter hover, when it is asked for', lines_become(function(lines)
    return lines > 0 and lines <= 5
  end))
  set({ viva = { hover = { enable = false }, codeActions = 'off' } })
  check('none, when it is switched off', lines_become(function(lines)
    return lines == 0
  end))
  equal('no code actions, when they are off', actions(), {})
  set({ viva = {} })
  check('the default, when nothing is set', lines_become(function(lines)
    return lines == default
  end))
end

do -- restarts
  open(fixture('image/Dockerfile'))
  local pids = processes()
  equal('one process runs', #pids, 1)
  vim.uv.kill(pids[1], 'sigkill')
  wait('the end of the process', function()
    return viva() == nil and was_told('Client viva quit with exit code 0 and signal 9')
  end)
  equal('a kill ends it', exits, { { code = 0, signal = 9 } })
  open(fixture('image/Dockerfile'))
  go_to([[^ENTRYPOINT]])
  local lines = hover()
  equal('opening the file again brings Viva back', lines and lines[1], explain().headline)
end

do -- files outside a project
  local client = open(write('alone/main.go', { 'package main', '', 'func main() { defer main() }' }))
  equal('a file of no project has no root', client and client.root_dir, nil)
  go_to('defer')
  local lines = hover()
  equal('and is explained', lines and lines[1], explain().headline)
  open(write('alone/other.conf', { 'maxmemory 1gb' }))
  equal('another *.conf is left alone', hover(), nil)

  exits = {}
  stop_all()
  local orderly = { code = 0, signal = 0 }
  equal('quitting ends the project’s process and this one in order', exits, { orderly, orderly })
end

do -- the README's other snippets
  configure()
  open(fixture('queue/queue.go'))
  go_to([[sync\.\zsCond]])
  local most = vim.lsp.config.viva.settings.viva.hover.maxLines
  local lines
  vim.wait(TIMEOUT, function()
    lines = hover()
    return lines and #lines <= most
  end, 10)
  check('the README’s settings hold from the start', lines and #lines <= most, lines)
  stop_all()
  vim.lsp.enable('viva', false)

  start_in_0_10()
  local client = open(fixture('shop/schema.sql'))
  check('the README’s snippet for 0.10 starts Viva', client ~= nil, vim.bo.filetype)
  go_to([[^UNION ALL]])
  lines = hover()
  equal('and it explains', lines and lines[1], explain().headline)
  vim.api.nvim_clear_autocmds({ event = 'FileType', pattern = vim.lsp.config.viva.filetypes })
  stop_all()
end

if vim.env.VIVA_TEST_GOPLS then -- beside gopls
  write('project/go.mod', { 'module example.com/queue', '', 'go 1.24' })
  local file = write('project/queue.go', vim.fn.readfile(fixture('queue/queue.go')))
  vim.lsp.config('gopls', { cmd = { 'gopls' }, filetypes = { 'go' }, root_markers = { 'go.mod' } })
  vim.lsp.enable({ 'viva', 'gopls' })
  open(file)
  wait('both servers', function()
    return #vim.lsp.get_clients({ bufnr = 0 }) == 2
  end)
  go_to([[sync\.\zsCond]])
  local expected = explain().headline
  local lines
  -- gopls says nothing until it has read the module.
  vim.wait(TIMEOUT, function()
    lines = hover() or {}
    return vim.list_contains(lines, '# gopls')
  end, 10)
  check('gopls explains beside Viva', vim.list_contains(lines, '# gopls'), lines)
  local heading = vim.fn.index(lines, '# viva')
  equal('and Viva beside gopls', heading >= 0 and lines[heading + 2], expected)
  local encodings = vim
    .iter(vim.lsp.get_clients({ bufnr = 0 }))
    :map(function(client)
      return client.offset_encoding
    end)
    :totable()
  equal('both count positions alike', encodings, { 'utf-16', 'utf-16' })
  local titles = actions()
  check(
    'the menu has the questions',
    vim.iter(titles):any(function(title)
      return vim.startswith(title, 'Interview: ')
    end),
    titles
  )
  stop_all()
end

equal('nobody complained', notices, {})
-- What a server writes to stderr is an error in Neovim's log, which is made with the first one.
local log = vim.lsp.log.get_filename()
local errors = vim
  .iter(vim.uv.fs_stat(log) and vim.fn.readfile(log) or {})
  :filter(function(line)
    return vim.startswith(line, '[ERROR]') and line:find('"viva"', 1, true)
  end)
  :totable()
equal('Neovim’s log has no error of Viva', errors, {})

if failed > 0 then
  io.stdout:write(('%d checks passed, %d failed\n'):format(passed, failed))
  vim.cmd.cquit()
end
io.stdout:write(('%d checks passed\n'):format(passed))
