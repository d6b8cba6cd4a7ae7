---@brief
---
--- Viva explains the keyword under the cursor the way an interviewer would want to hear it, in Go,
--- Dockerfiles, compose.yaml, SQL (MySQL) and redis.conf, and offers the interview questions that belong to it.
--- It runs beside gopls and other servers. `viva` must be on the PATH.
---
--- Enable it with `vim.lsp.enable('viva')`.

---@type vim.lsp.Config
local config = {
  cmd = { 'viva', 'lsp' },
  -- Neovim calls redis.conf `conf`, as it does many files: Viva knows a redis.conf by its name or its
  -- content, and says nothing about any other. The same goes for compose.yaml among `yaml`.
  filetypes = { 'go', 'dockerfile', 'sql', 'mysql', 'conf', 'redis', 'yaml', 'yaml.docker-compose' },
  -- Viva needs no project; the repository comes first, so that one process serves all its modules.
  root_markers = { '.git', 'go.work', 'go.mod' },
}

-- This file also works alone; with the rest of the plugin, what goes wrong is told and mended.
local found, server = pcall(require, 'viva.server')
if found then
  local hints = require('viva.hints')
  -- Neovim 0.10 takes a path only.
  if vim.fn.has('nvim-0.11') == 1 then
    config.root_dir = server.root_dir
  end
  config.on_init = server.on_init
  config.on_exit = server.on_exit
  config.handlers = {
    ['window/logMessage'] = server.on_log,
    ['workspace/configuration'] = hints.on_configuration,
  }
  -- Newer versions than 0.11 do it by themselves.
  if not vim.lsp.handlers['workspace/diagnostic/refresh'] then
    config.handlers['workspace/diagnostic/refresh'] = hints.on_refresh
    config.capabilities = hints.capabilities()
  end
end

return config
