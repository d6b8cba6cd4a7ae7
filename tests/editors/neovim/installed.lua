-- The ways to install Viva in Neovim, each in a Neovim of its own with the configuration of a person: what they put
-- where, and that a keyword is then explained. And whether a folder that is not trusted chooses the server.

local p = ... -- person.lua

local NEOVIM = p.ROOT .. '/editors/neovim'
local PLACE = 'sync.Cond'

-- What `vim.fn.stdpath` says in the other Neovims.
local CONFIG = vim.fn.stdpath('config')
local DATA = vim.fn.stdpath('data')

-- Starts a Neovim as a person does, in a folder and on a file, and gives what runs Lua in it.
local function start(folder, file)
  local command = { vim.v.progpath, '--embed', '--headless', '-i', 'NONE', '-n', file }
  local other = vim.fn.jobstart(command, { rpc = true, cwd = folder })
  return function(code, ...)
    return vim.rpcrequest(other, 'nvim_exec_lua', code, { ... })
  end, function()
    vim.rpcnotify(other, 'nvim_command', 'qall!')
    vim.fn.jobwait({ other }, p.TIMEOUT)
  end
end

-- What is shown for `sync.Cond`: nothing where no server answers.
local function hover(lua)
  p.wait('Viva', function()
    return lua("return #vim.lsp.get_clients({ bufnr = 0, name = 'viva' }) > 0")
  end)
  return lua(
    [[
    vim.fn.search(..., 'e')
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'viva' })[1]
    local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
    local answer = client:request_sync('textDocument/hover', params, 30000, 0)
    return answer and answer.result and answer.result.contents.value
    ]],
    PLACE
  )
end

local function put(folder, name)
  vim.fn.mkdir(vim.fs.dirname(name), 'p')
  vim.fn.system({ 'cp', '-r', folder, name })
end

local function clean()
  vim.fn.delete(CONFIG, 'rf')
  vim.fn.delete(DATA, 'rf')
end

vim.cmd.edit(p.fixture('queue/queue.go'))
p.go_to([[sync\.\zsCond]])
local headline = p.explain().headline
vim.cmd('silent %bwipeout!')

local function explains(name, init)
  p.write(CONFIG .. '/init.lua', init or { "vim.lsp.enable('viva')" })
  local lua, stop = start(p.ROOT, p.fixture('queue/queue.go'))
  local text = hover(lua) or ''
  p.check(name .. ': a keyword is explained', vim.startswith(text, headline), text)
  local commands = lua("return vim.fn.exists(':VivaSearch') == 2")
  stop()
  return commands
end

do -- the ways of the README
  put(NEOVIM, DATA .. '/site/pack/viva/start/viva')
  local commands = explains('a copy among the packages')
  p.check('with the commands', commands, commands)

  clean()
  local clone = vim.fn.getcwd() .. '/clone'
  put(p.ROOT .. '/editors/neovim', clone .. '/editors/neovim')
  local path = ("vim.opt.runtimepath:append('%s/editors/neovim')"):format(clone)
  commands = explains('the runtime path', { path, "vim.lsp.enable('viva')" })
  p.check('with the commands', commands, commands)

  clean()
  put(NEOVIM .. '/lsp/viva.lua', CONFIG .. '/lsp/viva.lua')
  commands = explains('lsp/viva.lua alone')
  p.check('without the commands', not commands, commands)
end

do -- what is ready for nvim-lspconfig
  clean()
  local entry = p.ROOT .. '/editors/packages/nvim-lspconfig/lsp/viva.lua'
  put(entry, CONFIG .. '/lsp/viva.lua')
  explains('nvim-lspconfig’s entry')
  local ours = dofile(NEOVIM .. '/lsp/viva.lua')
  for key, value in pairs(dofile(entry)) do
    p.equal('its `' .. key .. '` is ours', ours[key], value)
  end
end

do -- a folder's own `.nvim.lua` names another program
  clean()
  put(NEOVIM, DATA .. '/site/pack/viva/start/viva')
  p.write(CONFIG .. '/init.lua', { 'vim.o.exrc = true', "vim.lsp.enable('viva')" })
  local folder = vim.fn.getcwd() .. '/stranger'
  local program =
    p.script('stranger/program', { ('touch %s/ran'):format(folder), 'exec viva "$@"' })
  p.write(folder .. '/.nvim.lua', {
    ("vim.lsp.config('viva', { cmd = { '%s', 'lsp' } })"):format(program),
  })
  p.write(folder .. '/queue.go', vim.fn.readfile(p.fixture('queue/queue.go')))

  local function ran()
    local lua, stop = start(folder, 'queue.go')
    local text = hover(lua) or ''
    p.check('the keyword is explained', vim.startswith(text, headline), text)
    stop()
    return vim.uv.fs_stat(folder .. '/ran') ~= nil
  end
  p.equal('a folder that is not trusted does not choose the server', ran(), false)
  vim.cmd.edit(folder .. '/.nvim.lua')
  p.equal('trusting it', vim.secure.trust({ action = 'allow', bufnr = 0 }), true)
  p.equal('a trusted one does', ran(), true)
end
