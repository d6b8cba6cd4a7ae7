-- Viva in Neovim as a person uses it. run.sh runs this as `nvim -l test.lua SUITE…` in an empty home,
-- with `viva` on the PATH; a suite is a file beside this one.

local folder = vim.fn.fnamemodify(arg[0], ':p:h')
local p = dofile(folder .. '/person.lua')

vim.o.swapfile = false
vim.cmd('filetype plugin on')
vim.opt.runtimepath:prepend(p.ROOT .. '/editors/neovim')
vim.cmd.runtime('plugin/viva.lua')

for _, suite in ipairs(arg) do
  -- A mistake in one suite must not hide what the others find.
  local ran, failure =
    xpcall(assert(loadfile(('%s/%s.lua'):format(folder, suite))), debug.traceback, p)
  p.check(suite .. ' runs to its end', ran, failure)
end

p.equal('nobody complained', p.notices, {})
-- What a server writes to stderr is an error in Neovim's log, which is made with the first one.
local log = vim.lsp.get_log_path()
local errors = vim
  .iter(vim.uv.fs_stat(log) and vim.fn.readfile(log) or {})
  :filter(function(line)
    return vim.startswith(line, '[ERROR]') and line:find('"viva"', 1, true)
  end)
  :totable()
p.equal('Neovim’s log has no error of Viva', errors, {})

if p.failed > 0 then
  vim.cmd.cquit()
end
