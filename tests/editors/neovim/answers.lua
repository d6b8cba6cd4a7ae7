-- What Viva answers in Neovim: `K`'s float, `gra`'s menu, pages that open, the symbol search, settings, and
-- gopls beside it. What is expected is asked of `viva explain --json`, so that no text of the guide stands here.

local p = ... -- person.lua

local enable, configure, start_in_0_10 = p.readme()
local exits = {} -- how each server ended

-- The suite ---------------------------------------------------------------------------------------

vim.lsp.config('viva', {
  on_exit = {
    function(code, signal)
      table.insert(exits, { code = code, signal = signal })
    end,
    vim.lsp.config.viva.on_exit,
  },
})
enable()

local servers = {} -- a set of client ids
for _, place in ipairs(p.PLACES) do
  local client = p.open(p.fixture(place.file))
  p.check(place.file .. ': Viva attaches', client ~= nil, vim.bo.filetype)
  servers[client.id] = true

  p.go_to(place.pattern)
  local explained = p.explain()
  p.equal(place.file .. ': viva explain knows the place', explained.keyword, place.keyword)
  local lines, text = p.hover()
  p.equal(
    ('[%s] the hover begins with its headline'):format(place.column),
    lines and lines[1],
    explained.headline
  )
  p.equal(('[%s] the hover is about the keyword alone'):format(place.column), text, place.word)
  p.equal(('[%s] and said once'):format(place.column), p.count(lines, explained.headline), 1)

  local count = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(0, count, count, false, { place.comment })
  p.go_to([[\V]] .. vim.fn.escape(place.comment, [[\]]) .. [[\$]])
  vim.cmd.normal({ '$', bang = true })
  p.equal(place.file .. ': no hover on a comment', p.hover(), nil)
end
p.equal('one server serves all four files', vim.tbl_count(servers), 1)
p.equal('positions are counted in UTF-16', p.viva().offset_encoding, 'utf-16')

do -- edits
  p.open(p.fixture('queue/queue.go'))
  p.go_to([[sync\.\zsCond]])
  local expected = p.explain().headline
  local count = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(
    0,
    count,
    count,
    false,
    { 'var bomb, cond = "💣 💣", sync.Cond{}' }
  )
  p.go_to([[💣.*sync\.\zsCond]])
  local lines, text = p.hover()
  p.equal('a line typed after opening is explained', lines and lines[1], expected)
  p.equal('characters outside the BMP before the keyword do not move it', text, 'Cond')
  p.go_to([[💣.*\zs", sync\.Cond]])
  p.equal('no hover in the string beside it', p.hover(), nil)
end

do -- code actions
  p.open(p.fixture('queue/queue.go'))
  p.go_to([[sync\.\zsCond]])
  local explained = p.explain()
  local titles = p.actions()
  p.check(
    '[actions] every code action is a question of an interview',
    #titles > 1
      and vim.iter(titles):all(function(title)
        return vim.startswith(title, 'Interview: ')
      end),
    titles
  )
  p.equal(
    '[actions] the first is the topic’s own',
    titles[1],
    'Interview: ' .. explained.questions[1].ask
  )
  p.go_to([[^$]])
  p.equal('an empty line has none', p.actions(), {})

  p.go_to([[sync\.\zsCond]])
  p.actions(2)
  local question = explained.questions[2]
  local page = question.topic .. '.md'
  p.wait('a page', function()
    return vim.endswith(vim.api.nvim_buf_get_name(0), page)
  end)
  p.check(
    '[page] running one opens the topic’s page',
    vim.endswith(vim.api.nvim_buf_get_name(0), page) and vim.bo.filetype == 'markdown',
    { vim.api.nvim_buf_get_name(0), vim.bo.filetype }
  )
  p.equal('[page] at the question', vim.api.nvim_get_current_line(), '### ' .. question.ask)
  p.check('to be read, not written', vim.bo.readonly, vim.bo.readonly)
end

do -- hints
  local file = p.write('mistakes/Dockerfile', p.MISTAKES)
  local expected = p.hints(file)
  p.equal('[hints] three mistakes are three hints', #expected, 3)
  local client = p.open(file)
  local function shown(count)
    vim.wait(p.TIMEOUT, function()
      return #vim.diagnostic.get(0) == count
    end, 10)
    return vim
      .iter(vim.diagnostic.get(0))
      :map(function(found)
        return { line = found.lnum + 1, rule = found.code, message = found.message }
      end)
      :totable()
  end
  local wanted = vim
    .iter(expected)
    :map(function(hint)
      return { line = hint.line, rule = hint.rule, message = hint.message }
    end)
    :totable()
  p.equal('[hints] and three diagnostics, each once', shown(3), wanted)
  p.check(
    '[hints] that are quiet',
    vim.iter(vim.diagnostic.get(0)):all(function(found)
      return found.severity >= vim.diagnostic.severity.INFO and found.source == 'viva'
    end),
    vim.diagnostic.get(0)
  )

  local function choose(start)
    local titles = p.actions()
    for number, title in ipairs(titles) do
      if vim.startswith(title, start) then
        p.actions(number)
        return
      end
    end
    p.check('[hints] the menu has ' .. start, false, titles)
  end
  p.go_to([[^ADD]])
  choose('Why? Open')
  local add = vim.iter(expected):find(function(hint)
    return hint.rule == 'docker/add-where-copy'
  end)
  p.wait('its page', function()
    return vim.endswith(vim.api.nvim_buf_get_name(0), add.topic .. '.md')
  end)
  p.check(
    '[hints] “Why?” opens the topic',
    vim.endswith(vim.api.nvim_buf_get_name(0), add.topic .. '.md'),
    vim.api.nvim_buf_get_name(0)
  )

  client = p.open(file)
  shown(3)
  p.go_to([[^ADD]])
  choose('Use COPY')
  p.equal('[hints] and its mark goes', #shown(2), 2)
  p.equal('[hints] the fix puts COPY for ADD', vim.api.nvim_get_current_line(), 'COPY . /srv')
  p.go_to([[alpine]])
  choose(('Silence %s here'):format(expected[1].rule))
  p.equal('[hints] a comment silences', #shown(1), 1)
  local function set(settings)
    client.settings = settings
    client:notify('workspace/didChangeConfiguration', { settings = settings })
  end
  set({ viva = { hints = { enable = false } } })
  p.equal('[hints] all go as soon as they are switched off', #shown(0), 0)
  set({})
  p.equal('[hints] and come back', #shown(1), 1)
end

do -- workspace symbols
  p.open(p.fixture('shop/schema.sql'))
  local expected = p.cli('search', 'leftmost prefix')
  local found
  vim.lsp.buf.workspace_symbol('?leftmost prefix', {
    on_list = function(list)
      found = list.items
    end,
  })
  p.wait('symbols', function()
    return found
  end)
  local first = found and found[1] or {}
  p.check(
    '[search] symbols for `?leftmost prefix` are topics, the best first',
    first.text ~= nil and first.text:find(expected.title, 1, true) ~= nil,
    found
  )
  p.equal(
    'and lead to their pages',
    first.filename and vim.fn.readfile(first.filename)[1],
    '# ' .. expected.title
  )
  vim.lsp.buf.workspace_symbol('leftmost prefix')
  local is_empty = vim.wait(p.TIMEOUT, function()
    return p.was_told('No symbols found')
  end, 10)
  p.check('without the `?` there are none', is_empty, p.notices)
end

do -- settings
  local client = p.open(p.fixture('queue/queue.go'))
  p.go_to([[sync\.\zsCond]])
  local function set(settings)
    client.settings = settings
    client:notify('workspace/didChangeConfiguration', { settings = settings })
  end
  -- Viva asks for the settings and goes on meanwhile, so a change takes effect a moment later.
  local function lines_become(is_right)
    local lines
    vim.wait(p.TIMEOUT, function()
      lines = #(p.hover() or {})
      return is_right(lines)
    end, 10)
    return is_right(lines), lines
  end
  local default = #p.hover()
  p.check(
    'a hover has at most 25 lines, and more than 5 here',
    default > 5 and default <= 25,
    default
  )
  set({ viva = { hover = { maxLines = 5 } } })
  p.check(
    'a shorter hover, when it is asked for',
    lines_become(function(lines)
      return lines > 0 and lines <= 5
    end)
  )
  set({ viva = { hover = { enable = false }, codeActions = 'off' } })
  p.check(
    'none, when it is switched off',
    lines_become(function(lines)
      return lines == 0
    end)
  )
  p.equal('no code actions, when they are off', p.actions(), {})
  set({ viva = {} })
  p.check(
    'the default, when nothing is set',
    lines_become(function(lines)
      return lines == default
    end)
  )
end

do -- files outside a project
  local client =
    p.open(p.write('alone/main.go', { 'package main', '', 'func main() { defer main() }' }))
  p.equal('a file of no project has no root', client and client.root_dir, nil)
  p.go_to('defer')
  local lines = p.hover()
  p.equal('and is explained', lines and lines[1], p.explain().headline)
  p.open(p.write('alone/other.conf', { 'maxmemory 1gb' }))
  p.equal('another *.conf is left alone', p.hover(), nil)

  p.stop_all()
  local orderly = { code = 0, signal = 0 }
  p.equal(
    'quitting ends the project’s process and this one in order',
    exits,
    { orderly, orderly }
  )
end

do -- the README's other snippets
  configure()
  p.open(p.fixture('queue/queue.go'))
  p.go_to([[sync\.\zsCond]])
  local most = vim.lsp.config.viva.settings.viva.hover.maxLines
  local lines
  vim.wait(p.TIMEOUT, function()
    lines = p.hover()
    return lines and #lines <= most
  end, 10)
  p.check('the README’s settings hold from the start', lines and #lines <= most, lines)
  p.stop_all()
  vim.lsp.enable('viva', false)

  start_in_0_10()
  local client = p.open(p.fixture('shop/schema.sql'))
  p.check('the README’s snippet for 0.10 starts Viva', client ~= nil, vim.bo.filetype)
  p.go_to([[^UNION ALL]])
  lines = p.hover()
  p.equal('and it explains', lines and lines[1], p.explain().headline)
  vim.api.nvim_clear_autocmds({ event = 'FileType', pattern = vim.lsp.config.viva.filetypes })
  p.stop_all()
end

do -- beside the server for Dockerfiles
  vim.lsp.config('dockerls', {
    cmd = { 'docker-langserver', '--stdio' },
    filetypes = { 'dockerfile' },
  })
  vim.lsp.enable({ 'viva', 'dockerls' })
  p.open(p.fixture('image/Dockerfile'))
  p.wait('both servers', function()
    return #vim.lsp.get_clients({ bufnr = 0 }) == 2
  end)
  p.go_to([[^ENTRYPOINT]])
  local lines
  vim.wait(p.TIMEOUT, function()
    lines = p.hover() or {}
    return vim.list_contains(lines, '# dockerls')
  end, 10)
  p.check('dockerls explains beside Viva', vim.list_contains(lines, '# dockerls'), lines)
  p.equal('and Viva beside it, once', p.count(lines, p.explain().headline), 1)
  p.stop_all()
  vim.lsp.enable('dockerls', false)
end

do -- beside gopls
  p.write('project/go.mod', { 'module example.com/queue', '', 'go 1.24' })
  local file = p.write('project/queue.go', vim.fn.readfile(p.fixture('queue/queue.go')))
  vim.lsp.config('gopls', { cmd = { 'gopls' }, filetypes = { 'go' }, root_markers = { 'go.mod' } })
  vim.lsp.enable({ 'viva', 'gopls' })
  p.open(file)
  p.wait('both servers', function()
    return #vim.lsp.get_clients({ bufnr = 0 }) == 2
  end)
  p.go_to([[sync\.\zsCond]])
  local expected = p.explain().headline
  local lines
  -- gopls says nothing until it has read the module.
  vim.wait(p.TIMEOUT, function()
    lines = p.hover() or {}
    return vim.list_contains(lines, '# gopls')
  end, 10)
  p.check('[gopls] gopls explains beside Viva', vim.list_contains(lines, '# gopls'), lines)
  local heading = vim.fn.index(lines, '# viva')
  p.equal('[gopls] and Viva beside gopls', heading >= 0 and lines[heading + 2], expected)
  p.equal('[gopls] once', p.count(lines, expected), 1)
  local encodings = vim
    .iter(vim.lsp.get_clients({ bufnr = 0 }))
    :map(function(client)
      return client.offset_encoding
    end)
    :totable()
  p.equal('[gopls] both count positions alike', encodings, { 'utf-16', 'utf-16' })
  local titles = p.actions()
  p.check(
    'the menu has the questions',
    vim.iter(titles):any(function(title)
      return vim.startswith(title, 'Interview: ')
    end),
    titles
  )

  -- A mistake that both know.
  local shared = p.write('project/hits.go', p.SHARED)
  local rule = p.hints(shared)[1].rule
  local client = p.open(shared)
  p.wait('both servers', function()
    return #vim.lsp.get_clients({ bufnr = 0 }) == 2
  end)
  local function are_shown(wanted)
    local found
    local is_so = vim.wait(p.TIMEOUT, function()
      found = { gopls = 0, viva = 0 }
      for _, each in ipairs(vim.diagnostic.get(0)) do
        if each.source == 'viva' then
          found.viva = found.viva + (each.code == rule and 1 or 0)
        else
          found.gopls = found.gopls + 1
        end
      end
      return vim.deep_equal(found, wanted)
    end, 10)
    return is_so, found
  end
  p.check('[gopls] what gopls says too is left to it', are_shown({ gopls = 1, viva = 0 }))
  local health = p.health()
  p.check(':checkhealth says so', health:find('hints that gopls gives too', 1, true), health)
  client.settings = { viva = { hints = { coexist = 'all' } } }
  client:notify('workspace/didChangeConfiguration', { settings = client.settings })
  p.check('[gopls] unless all is wanted', are_shown({ gopls = 1, viva = 1 }))
  client.settings = {}
  client:notify('workspace/didChangeConfiguration', { settings = {} })
  p.check('[gopls] and is left again', are_shown({ gopls = 1, viva = 0 }))
  vim.lsp.get_clients({ bufnr = 0, name = 'gopls' })[1]:stop()
  p.check('[gopls] as soon as gopls has gone, Viva says it', are_shown({ gopls = 0, viva = 1 }))
  p.stop_all()
end
