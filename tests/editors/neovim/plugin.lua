-- The plugin's commands, its help and its health check, and files that are no files.

local p = ... -- person.lua

-- What `vim.ui.select` offers next, and its prompt; the item with a number is chosen.
local function choose(number)
  local offered = {}
  vim.ui.select = function(items, options, on_choice)
    offered.prompt = options.prompt
    offered.items = vim.iter(items):map(options.format_item):totable()
    on_choice(items[number], items[number] and number)
  end
  return offered
end

local function wait_for_page(id)
  p.wait('the page ' .. id, function()
    return vim.endswith(vim.api.nvim_buf_get_name(0), id .. '.md')
  end)
end

local function asks(items, ask)
  return vim.iter(items or {}):any(function(item)
    return item:find(ask, 1, true) ~= nil
  end)
end

local enable = p.readme()
enable()

do -- searching
  p.open(p.fixture('shop/schema.sql'))
  local expected = p.cli('search', 'leftmost prefix')
  local offered = choose(1)
  vim.cmd('VivaSearch leftmost prefix')
  wait_for_page(expected.id)
  p.check(
    '[search] :VivaSearch with words offers topics, the best first',
    vim.startswith((offered.items or {})[1] or '', expected.title),
    offered
  )
  p.equal(
    '[search] and opens the chosen page',
    vim.api.nvim_get_current_line(),
    '# ' .. expected.title
  )
  vim.cmd('VivaSearch qqqqzzzz')
  p.wait('word that nothing was found', function()
    return p.was_told('nothing in the guide is about "qqqqzzzz"')
  end)
end

do -- questions
  p.open(p.fixture('queue/queue.go'))
  p.go_to([[sync\.\zsCond]])
  local explained = p.explain()
  local offered = choose(2)
  vim.cmd('VivaQuestions')
  wait_for_page(explained.questions[2].topic)
  p.equal(
    '[actions] :VivaQuestions offers those of the cursor',
    (offered.items or {})[1],
    explained.questions[1].ask
  )
  p.equal(
    '[page] and opens the page at the question',
    vim.api.nvim_get_current_line(),
    '### ' .. explained.questions[2].ask
  )

  p.open(p.fixture('queue/queue.go'))
  local row = vim.fn.search('sync.Cond')
  offered = choose()
  vim.cmd(('%d,%dVivaQuestions'):format(row, row + 1))
  p.wait('the questions of two lines', function()
    return offered.items
  end)
  p.check(
    'a range has those of its keywords',
    asks(offered.items, explained.questions[1].ask),
    offered
  )

  offered = choose()
  vim.cmd('VivaQuestions!')
  p.wait('the questions of the file', function()
    return offered.items
  end)
  local whole = #(offered.items or {})
  p.check(
    'with ! the file has more',
    whole > 6 and asks(offered.items, explained.questions[1].ask),
    offered
  )

  p.go_to([[^$]])
  vim.cmd('VivaQuestions')
  p.wait('word that an empty line has none', function()
    return p.was_told('there are no questions for this place')
  end)
  vim.cmd('silent %bwipeout!')
  vim.cmd.edit('notes.txt')
  vim.cmd('VivaQuestions')
  p.check(
    'a file that it does not serve is told',
    p.was_told('it does not serve this file'),
    p.notices
  )
end

do -- help, as a plugin manager prepares it
  local folder = vim.fn.getcwd() .. '/plugin'
  vim.fn.mkdir(folder .. '/doc', 'p')
  vim.uv.fs_copyfile(p.ROOT .. '/editors/neovim/doc/viva.txt', folder .. '/doc/viva.txt')
  vim.cmd.helptags(folder .. '/doc')
  vim.opt.runtimepath:append(folder)
  for _, tag in ipairs({ 'viva', ':VivaSearch', ':VivaQuestions', ':VivaRestart', 'viva-0.10' }) do
    local found = pcall(vim.cmd.help, tag)
    p.check(':help ' .. tag, found and vim.endswith(vim.api.nvim_buf_get_name(0), 'viva.txt'), tag)
  end
  vim.cmd.helpclose()
end

do -- health
  p.open(p.fixture('queue/queue.go'))
  local text = p.health()
  p.check(
    ':checkhealth finds nothing wrong',
    not text:find('ERROR') and not text:find('WARNING'),
    text
  )
  local version = vim.trim(vim.system({ 'viva', '--version' }, { text = true }):wait().stdout)
  version = version:gsub('viva ', '')
  p.check('and says what it found', text:find('Viva ' .. version .. ' at ', 1, true), text)
  for _, part in ipairs({ 'it is enabled', 'it serves 1 buffers', 'utf-16', 'no complaint' }) do
    p.check('and ' .. part, text:find(part, 1, true), text)
  end
end

do -- two windows, and files on another machine or in an archive
  p.open(p.fixture('queue/queue.go'))
  p.go_to([[sync\.\zsCond]])
  local expected = p.explain().headline
  vim.cmd.split()
  local lines = p.hover()
  p.equal('the second window of a file explains too', lines and lines[1], expected)
  vim.cmd('silent only')

  local text = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  for _, name in ipairs({
    'scp://host//src/queue.go',
    'zipfile:///a.zip::queue.go',
    'fugitive:///x/.git//0/queue.go',
  }) do
    vim.cmd('silent %bwipeout!')
    -- As the plugins that show such files do.
    vim.api.nvim_buf_set_name(0, name)
    vim.api.nvim_buf_set_lines(0, 0, -1, false, text)
    vim.bo.filetype = 'go'
    p.wait('Viva at ' .. name, function()
      return p.viva() ~= nil
    end)
    p.go_to([[sync\.\zsCond]])
    lines = p.hover()
    p.equal(name .. ' is explained', lines and lines[1], expected)
  end
end

do -- searching while words are typed, in a Neovim whose keys are typed
  local expected = p.cli('search', 'leftmost prefix')
  local other = vim.fn.jobstart(
    { vim.v.progpath, '--embed', '--headless', '-u', 'NONE', '-i', 'NONE' },
    { rpc = true }
  )
  local function lua(code, ...)
    return vim.rpcrequest(other, 'nvim_exec_lua', code, { ... })
  end
  lua("vim.opt.runtimepath:prepend(... .. '/editors/neovim')", p.ROOT)
  lua("vim.cmd.runtime('plugin/viva.lua')")
  local function lines()
    return lua('return vim.api.nvim_buf_get_lines(0, 0, -1, false)')
  end
  vim.rpcrequest(other, 'nvim_input', ':VivaSearch<CR>')
  p.wait('the window', function()
    return lua('return vim.bo.filetype') == 'viva-search'
  end)
  vim.rpcrequest(other, 'nvim_input', 'leftmost pre')
  p.wait('topics while words are typed', function()
    return #lines() > 2
  end)
  local shown = lines()
  p.equal('[search] the words stand in the first line', shown[1], 'leftmost pre')
  p.check(
    '[search] and the best topic below',
    vim.startswith(shown[2], '> ' .. expected.title),
    shown
  )
  vim.rpcrequest(other, 'nvim_input', '<Down>')
  p.wait('the second topic', function()
    return vim.startswith(lines()[3], '> ')
  end)
  vim.rpcrequest(other, 'nvim_input', '<Up><CR>')
  p.wait('its page', function()
    return vim.endswith(lua('return vim.api.nvim_buf_get_name(0)'), expected.id .. '.md')
  end)
  p.equal('[search] a choice opens its page', lines()[1], '# ' .. expected.title)
  vim.rpcrequest(other, 'nvim_input', ':VivaSearch<CR>xyz<Esc>')
  p.wait('the end of the window', function()
    return lua('return #vim.api.nvim_list_wins()') == 1
  end)
  p.equal('<Esc> leaves all as it was', lines()[1], '# ' .. expected.title)
  p.equal('and the mode', lua('return vim.api.nvim_get_mode().mode'), 'n')
  vim.rpcnotify(other, 'nvim_command', 'qall!')
  vim.fn.jobwait({ other }, p.TIMEOUT)
end

p.stop_all()
