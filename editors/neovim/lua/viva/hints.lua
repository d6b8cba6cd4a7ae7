--- Hints: which of them are left to the servers beside Viva, and that they change as soon as settings do.

local server = require('viva.server')

local M = {}

--- The tools that other servers run, by the names that configurations commonly give those servers; the names
--- of the tools are those of the setting `hints.companions`.
local TOOLS = {
  gopls = 'gopls',
  docker_language_server = 'buildkit',
  ['docker-language-server'] = 'buildkit',
  dockerls = 'buildkit',
}

local told = {} ---@type table<integer, string[]> the tools beside it that each server was told of

--- The tools that run beside Viva: those of the other servers of its buffers.
---@param client vim.lsp.Client
---@return string[]
function M.companions(client)
  local found = {}
  for buffer in pairs(client.attached_buffers) do
    for _, other in ipairs(vim.lsp.get_clients({ bufnr = buffer })) do
      local tool = TOOLS[other.name]
      if tool then
        found[tool] = true
      end
    end
  end
  local tools = vim.tbl_keys(found)
  table.sort(tools)
  return tools
end

--- Answers which settings hold: the user's, and the tools that run beside.
function M.on_configuration(failure, params, context, config)
  local answers = vim.lsp.handlers['workspace/configuration'](failure, params, context, config)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if not client or type(answers) ~= 'table' then
    return answers
  end
  local tools = M.companions(client)
  told[client.id] = tools
  if #tools == 0 then
    return answers
  end
  for number, item in ipairs(params.items or {}) do
    if item.section == 'viva' then
      local settings = answers[number]
      if type(settings) ~= 'table' then
        -- Where nothing is set, the server would go by what it was started with.
        local options = client.config.init_options or {}
        settings = options.viva or options
      end
      settings = vim.deepcopy(settings)
      settings.hints = type(settings.hints) == 'table' and settings.hints or {}
      local named = settings.hints.companions
      if named == nil or vim.islist(named) then
        settings.hints.companions = vim.list_extend(named or {}, tools)
      end
      answers[number] = settings
    end
  end
  return answers
end

--- Lets the servers ask for the settings again where other tools run beside them than before.
function M.look_around()
  for _, client in ipairs(vim.lsp.get_clients({ name = 'viva' })) do
    if client.initialized and not vim.deep_equal(told[client.id] or {}, M.companions(client)) then
      server.notify(client, 'workspace/didChangeConfiguration', { settings = client.settings })
    end
  end
end

--- Asks for the hints of all buffers anew, as the server wishes: Neovim 0.11 does so only after edits.
function M.on_refresh(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  for buffer in pairs(client and client.attached_buffers or {}) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      server.send(client, 'textDocument/diagnostic', {
        textDocument = { uri = vim.uri_from_bufnr(buffer) },
      }, nil, buffer)
    end
  end
  return vim.NIL
end

--- What the server may ask for, besides what Neovim says of itself.
---@return table
function M.capabilities()
  local more = { workspace = { diagnostics = { refreshSupport = true } } }
  if vim.fn.has('nvim-0.11') == 1 then
    return more
  end
  -- Neovim 0.10 takes what is given instead of its own.
  return vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), more)
end

return M
