-- What a person sees where something is wrong: no program, the wrong one, crashes, settings of a wrong type.

local p = ... -- person.lua

local enable = p.readme()
enable()

local GO = p.fixture('queue/queue.go')

local function start_with(config)
  p.stop_all()
  vim.cmd('silent %bwipeout!')
  vim.lsp.config('viva', config)
end

local function edit(file)
  vim.cmd.edit(vim.fn.fnameescape(file))
  -- What is started by the file's type is started a moment later.
  vim.wait(100)
end

do -- no program
  local here = vim.fn.getcwd()
  p.write('plain/viva', { 'no program' })
  local cases = {
    { 'viva-not-there', "there is no program `viva-not-there` on Neovim's PATH" },
    { here .. '/none/viva', 'which does not exist' },
    { here .. '/plain', 'which is a folder' },
    { here .. '/plain/viva', 'which is not executable; `chmod +x` it' },
  }
  for _, case in ipairs(cases) do
    local program, text = unpack(case)
    start_with({ cmd = { program, 'lsp' } })
    edit(GO)
    p.check(program .. ': ' .. text, p.was_told(text), p.notices)
    edit(p.fixture('image/Dockerfile'))
    p.equal('and that is told once', p.notices, {})
    p.check('and nothing runs', p.viva() == nil)
    local health = p.health()
    p.check(
      'and :checkhealth says it too',
      health:find('ERROR') and health:find(text, 1, true),
      health
    )
    vim.cmd('VivaSearch x')
    p.check('and a command', p.was_told(text), p.notices)
  end
end

do -- another program of that name, which ends at once
  local starts = vim.fn.getcwd() .. '/starts'
  local fake =
    p.script('fake/viva', { 'echo x >> ' .. starts, 'echo "viva: unknown command" >&2', 'exit 2' })
  start_with({ cmd = { fake, 'lsp' } })
  edit(GO)
  p.wait('word of three crashes', function()
    return p.was_told(
      'the server crashed 3 times within 3 minutes; it stays off until `:VivaRestart`'
    )
  end)
  p.check('Neovim told each', p.was_told('Client viva quit with exit code 2'), p.notices)
  p.check('and again', p.was_told('Client viva quit with exit code 2'), p.notices)
  p.wait('the third', function()
    return p.was_told('Client viva quit with exit code 2')
  end)
  edit(p.fixture('image/Dockerfile'))
  vim.wait(500)
  p.equal('it is not started a fourth time', #vim.fn.readfile(starts), 3)
  vim.cmd('VivaSearch x')
  p.check('a command says why', p.was_told('it stays off until `:VivaRestart`'), p.notices)
  local health = p.health()
  p.check(':checkhealth knows that it is no Viva', health:find('is not Viva', 1, true), health)
  p.check('and of the crashes', health:find('crashed 3 times', 1, true), health)
end

do -- :VivaRestart, once there is a Viva
  vim.lsp.config('viva', { cmd = { 'viva', 'lsp' } })
  vim.cmd('VivaRestart')
  p.wait('Viva', function()
    return p.viva() ~= nil
  end)
  p.go_to([[^ENTRYPOINT]])
  local lines = p.hover()
  p.equal(':VivaRestart starts it for the open files', lines and lines[1], p.explain().headline)
  local before = p.processes()
  vim.cmd('VivaRestart')
  p.wait('another Viva', function()
    return p.viva() ~= nil and p.viva().initialized
  end)
  local after = p.processes()
  p.check('and anew where it runs', #after == 1 and after[1] ~= before[1], { before, after })
end

do -- crashes
  local function kill()
    local pid = p.processes()[1]
    vim.uv.kill(pid, 'sigkill')
    p.wait('the end of the process', function()
      return p.was_told('Client viva quit with exit code 0 and signal 9')
    end)
    return pid
  end
  p.open(p.fixture('image/Dockerfile'))
  p.go_to([[^ENTRYPOINT]])
  for _, time in ipairs({ 'first', 'second' }) do
    local pid = kill()
    p.wait('Viva after the ' .. time .. ' crash', function()
      return p.viva() ~= nil and p.viva().initialized and p.processes()[1] ~= pid
    end)
    local lines = p.hover()
    p.equal('it is back after the ' .. time .. ' crash', lines and lines[1], p.explain().headline)
  end
  kill()
  p.wait('word of the third', function()
    return p.was_told('the server crashed 3 times within 3 minutes')
  end)
  vim.wait(500)
  p.equal('it stays off after the third', p.processes(), {})
  vim.cmd('VivaRestart')
  p.wait('Viva', function()
    return p.viva() ~= nil
  end)
  local lines = p.hover()
  p.equal('until :VivaRestart', lines and lines[1], p.explain().headline)
end

do -- what answers is another server, or too old
  local function server_with(info)
    return function(dispatchers)
      local is_closing = false
      return {
        request = function(method, _, callback)
          callback(
            nil,
            method == 'initialize' and { capabilities = {}, serverInfo = info } or vim.NIL
          )
          return true, 1
        end,
        notify = function(method)
          is_closing = is_closing or method == 'exit'
          if is_closing then
            dispatchers.on_exit(0, 0)
          end
          return true
        end,
        is_closing = function()
          return is_closing
        end,
        terminate = function()
          is_closing = true
        end,
      }
    end
  end
  start_with({ cmd = server_with({ name = 'viva', version = '0.0.9' }) })
  edit(GO)
  p.check(
    'an old server is told',
    p.was_told('the server is Viva 0.0.9; this plugin needs 0.1.0 or later'),
    p.notices
  )
  start_with({ cmd = server_with({ name = 'gopls', version = '1.0.0' }) })
  edit(GO)
  p.check(
    'another server is told',
    p.was_told('what `cmd` starts is gopls and not Viva'),
    p.notices
  )
end

do -- settings of a wrong type
  start_with({
    cmd = { 'viva', 'lsp' },
    settings = { viva = { hover = { maxLines = 'many' }, codeActions = 3, unknown = true } },
  })
  p.open(GO)
  p.wait('word of a wrong number', function()
    return p.was_told('`viva.hover.maxLines` is "many"; it takes')
  end)
  for _, text in ipairs({ '`viva.codeActions` is 3; it takes', 'unknown setting `viva.unknown`' }) do
    p.check('and ' .. text, p.was_told(text), p.notices)
  end
  p.go_to([[sync\.\zsCond]])
  local lines = p.hover()
  p.equal('the default holds', lines and lines[1], p.explain().headline)
  local health = p.health()
  p.check(
    ':checkhealth lists them',
    health:find('WARNING') and health:find('`viva.codeActions` is 3', 1, true),
    health
  )
end

p.stop_all()
