-- A person at Neovim: what they do, what they see, and the checks of it. The suites are given this by
-- `dofile`; what one of them left behind (servers, notices) the next one sees.

local M = {}

-- Where Viva's repository is.
M.ROOT = vim.fs.normalize(vim.fn.fnamemodify(arg[0], ':p:h') .. '/../../..')

-- Milliseconds; for slow machines, never waited for in full.
M.TIMEOUT = 30000

-- One place in each language: the fixture, a search pattern for the keyword, its name, and a comment
-- that must not be explained.
M.PLACES = {
  {
    file = 'queue/queue.go',
    pattern = [[sync\.\zsCond]],
    keyword = 'sync.Cond',
    word = 'Cond',
    comment = '// sync.Cond',
    column = 'hover go',
  },
  {
    file = 'image/Dockerfile',
    pattern = [[^ENTRYPOINT]],
    keyword = 'docker:ENTRYPOINT',
    word = 'ENTRYPOINT',
    comment = '# ENTRYPOINT',
    column = 'hover dockerfile',
  },
  {
    file = 'shop/schema.sql',
    pattern = [[^UNION ALL]],
    keyword = 'sql:UNION ALL',
    word = 'UNION ALL',
    comment = '-- UNION ALL',
    column = 'hover sql',
  },
  {
    file = 'cache/redis.conf',
    pattern = [[^maxmemory-policy]],
    keyword = 'redis:maxmemory-policy',
    word = 'maxmemory-policy',
    comment = '# maxmemory-policy',
    column = 'hover redis',
  },
}

-- An untagged base image, an ADD where COPY does, and a cd that is forgotten.
M.MISTAKES = { 'FROM alpine', 'ADD . /srv', 'RUN cd /srv', 'USER 10001', 'CMD ["/srv/app"]' }

-- One mistake that gopls knows too.
M.SHARED = {
  'package queue',
  '',
  'import "sync/atomic"',
  '',
  'var hits uint64',
  '',
  'func hit() {',
  '\thits = atomic.AddUint64(&hits, 1)',
  '}',
}

-- Checks ------------------------------------------------------------------------------------------

M.failed = 0

-- Prints one check; what was found instead is printed when it fails.
function M.check(name, is_right, found)
  if is_right then
    io.stdout:write('ok    ', name, '\n')
  else
    M.failed = M.failed + 1
    io.stdout:write('FAIL  ', name, ': ', vim.inspect(found), '\n')
  end
end

function M.equal(name, found, expected)
  M.check(name, vim.deep_equal(found, expected), { found = found, expected = expected })
end

-- Waits for something; that it did not come about in time is a failed check.
function M.wait(what, condition)
  if not vim.wait(M.TIMEOUT, condition, 10) then
    M.check('in time: ' .. what, false)
  end
end

-- What a person sees ------------------------------------------------------------------------------

-- Everything that Neovim and the servers told the user, with its level.
M.notices = {}
vim.notify = function(text, level)
  table.insert(M.notices, { text = text, level = level or vim.log.levels.INFO })
end

-- Whether a text was told; it is then taken as read.
function M.was_told(text)
  for index, notice in ipairs(M.notices) do
    if notice.text:find(text, 1, true) then
      table.remove(M.notices, index)
      return true
    end
  end
  return false
end

function M.float()
  return vim.iter(vim.api.nvim_list_wins()):find(function(window)
    return vim.api.nvim_win_get_config(window).relative ~= ''
  end)
end

-- The text of the current buffer that the hover highlights.
function M.highlighted()
  local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.hover_range']
  if not namespace then
    return nil -- Neovim 0.10
  end
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
function M.hover()
  local window
  vim.lsp.buf.hover()
  M.wait('an answer to a hover', function()
    window = M.float()
    return window or M.was_told('No information available')
  end)
  if not window then
    return nil
  end
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
  local text = M.highlighted()
  vim.api.nvim_win_close(window, true)
  return lines, text
end

-- How many of some lines are this one.
function M.count(lines, line)
  return vim
    .iter(lines or {})
    :filter(function(other)
      return other == line
    end)
    :fold(0, function(sum)
      return sum + 1
    end)
end

-- What `gra` lists at the cursor; the action with a number is run.
function M.actions(number)
  local titles
  vim.ui.select = function(items, options, on_choice)
    titles = vim
      .iter(items)
      :map(function(item)
        return (options.format_item(item)) -- Neovim 0.10 returns more
      end)
      :totable()
    on_choice(items[number], items[number] and number)
  end
  vim.lsp.buf.code_action()
  M.wait('an answer about code actions', function()
    return titles or M.was_told('No code actions available')
  end)
  return titles or {}
end

-- What `:checkhealth viva` says.
function M.health()
  local window = vim.api.nvim_get_current_win()
  vim.cmd('silent checkhealth viva')
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  vim.cmd('silent bwipeout!')
  if vim.api.nvim_win_is_valid(window) then
    vim.api.nvim_set_current_win(window)
  end
  return text
end

-- Files and servers -------------------------------------------------------------------------------

function M.viva()
  return vim.lsp.get_clients({ bufnr = 0, name = 'viva' })[1]
end

-- Opens a file as it is on disk, and waits for Viva.
function M.open(file)
  vim.cmd('silent %bwipeout!')
  vim.cmd.edit(vim.fn.fnameescape(file))
  M.wait('Viva at ' .. file, function()
    return M.viva() ~= nil
  end)
  return M.viva()
end

function M.fixture(file)
  return M.ROOT .. '/tests/fixtures/' .. file
end

-- A file in the empty home.
function M.write(name, lines)
  vim.fn.mkdir(vim.fs.dirname(name), 'p')
  vim.fn.writefile(lines, name)
  return name
end

-- A program in the empty home; gives its full path.
function M.script(name, lines)
  M.write(name, vim.list_extend({ '#!/bin/sh' }, lines))
  vim.uv.fs_chmod(name, 493) -- 0755
  return vim.fn.getcwd() .. '/' .. name
end

function M.go_to(pattern)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search(pattern, 'c') > 0, pattern)
end

-- The first thing that a command of `viva` prints as JSON.
function M.cli(command, argument)
  local result = vim.system({ 'viva', command, '--json', argument }, { text = true }):wait()
  assert(result.code == 0, result.stderr)
  return vim.json.decode(vim.split(result.stdout, '\n')[1])
end

-- The hints of a file, in the order of the text.
function M.hints(file)
  local result = vim.system({ 'viva', 'check', '--json', file }, { text = true }):wait()
  assert(result.code == 0, result.stderr)
  return vim
    .iter(vim.split(result.stdout, '\n', { trimempty = true }))
    :map(vim.json.decode)
    :totable()
end

-- What `viva explain` says about the cursor's place; `headline` is the first line.
function M.explain()
  local line, column = unpack(vim.api.nvim_win_get_cursor(0))
  local place = ('%s:%d:%d'):format(vim.api.nvim_buf_get_name(0), line, column + 1)
  local explained = M.cli('explain', place)
  explained.headline = vim.split(explained.markdown, '\n')[1]
  return explained
end

-- The processes of Viva that this Neovim runs.
function M.processes()
  return vim
    .iter(vim.api.nvim_get_proc_children(vim.uv.os_getpid()))
    :filter(function(pid)
      local process = vim.api.nvim_get_proc(pid)
      return process and process.name:find('^viva') ~= nil
    end)
    :totable()
end

-- Stops all servers as Neovim does when it quits.
function M.stop_all()
  vim.iter(vim.lsp.get_clients()):each(function(client)
    client:stop()
  end)
  M.wait('the end of all servers', function()
    return #M.processes() == 0 and #vim.lsp.get_clients() == 0
  end)
end

-- The README's Lua, in its order.
function M.readme()
  local text = table.concat(vim.fn.readfile(M.ROOT .. '/editors/neovim/README.md'), '\n')
  local blocks = {}
  for block in text:gmatch('```lua\n(.-)\n```') do
    table.insert(blocks, assert(loadstring(block)))
  end
  assert(#blocks == 3, 'the README has another number of Lua blocks')
  return unpack(blocks)
end

return M
