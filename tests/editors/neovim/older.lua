-- Viva in Neovim 0.10, started by the README's autocommand.

local p = ... -- person.lua

local _, _, start = p.readme()
start()

for _, place in ipairs(p.PLACES) do
  local client = p.open(p.fixture(place.file))
  p.check('0.10: ' .. place.file .. ': Viva attaches', client ~= nil, vim.bo.filetype)
  p.go_to(place.pattern)
  local lines = p.hover()
  p.equal('0.10: ' .. place.file .. ' is explained', lines and lines[1], p.explain().headline)
end

p.open(p.fixture('queue/queue.go'))
p.go_to([[sync\.\zsCond]])
local explained = p.explain()
local titles = p.actions(2)
p.equal('0.10: code actions', titles[1], 'Interview: ' .. explained.questions[1].ask)
p.wait('a page', function()
  return vim.endswith(vim.api.nvim_buf_get_name(0), explained.questions[2].topic .. '.md')
end)
p.equal(
  '0.10: lead to the question',
  vim.api.nvim_get_current_line(),
  '### ' .. explained.questions[2].ask
)

p.open(p.fixture('queue/queue.go'))
local offered
vim.ui.select = function(items, options)
  offered = vim.iter(items):map(options.format_item):totable()
end
for _, command in ipairs({ 'VivaQuestions!', 'VivaSearch leftmost prefix' }) do
  offered = nil
  vim.cmd(command)
  p.wait(command, function()
    return offered
  end)
  p.check(('0.10: :%s'):format(command), #(offered or {}) > 2, offered)
end

local client = p.open(p.write('mistakes/Dockerfile', p.MISTAKES))
local function shown(count)
  vim.wait(p.TIMEOUT, function()
    return #vim.diagnostic.get(0) == count
  end, 10)
  return #vim.diagnostic.get(0)
end
p.equal('0.10: three mistakes are three hints', shown(3), 3)
client.settings = { viva = { hints = { enable = false } } }
client.notify('workspace/didChangeConfiguration', { settings = client.settings })
p.equal('0.10: all go as soon as they are switched off', shown(0), 0)
p.open(p.fixture('queue/queue.go'))
local health = p.health()
p.check(
  '0.10: :checkhealth',
  not health:find('ERROR') and health:find('Neovim 0.10', 1, true),
  health
)
p.stop_all()
