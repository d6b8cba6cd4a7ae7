---@brief
---
--- https://github.com/viva-ls/viva
---
--- Viva explains the keyword under the cursor the way an interviewer would want to hear it, in Go,
--- Dockerfiles, compose.yaml, SQL (MySQL) and redis.conf, and offers the interview questions that
--- belong to it. It runs beside gopls and other servers.
---
--- Install it with `npm install -g viva-ls` or from https://github.com/viva-ls/viva/releases. The
--- plugin in `editors/neovim` of its repository adds `:VivaSearch`, `:VivaQuestions` and
--- `:checkhealth viva`.

---@type vim.lsp.Config
return {
  cmd = { 'viva', 'lsp' },
  filetypes = { 'go', 'dockerfile', 'sql', 'mysql', 'conf', 'redis', 'yaml', 'yaml.docker-compose' },
  root_markers = { '.git', 'go.work', 'go.mod' },
}
