--- `:checkhealth viva`: what Viva needs here, and whether it has it.

local server = require('viva.server')

local M = {}

---@return vim.lsp.ClientConfig? config that the server is, or would be, started with
local function configuration()
  local client = vim.lsp.get_clients({ name = 'viva' })[1]
  return client and client.config or (vim.lsp.config and vim.lsp.config.viva)
end

local function check_neovim()
  if vim.fn.has('nvim-0.11') == 1 then
    local is_enabled = not vim.lsp.is_enabled or vim.lsp.is_enabled('viva')
    if is_enabled then
      vim.health.ok('it is enabled')
    else
      vim.health.warn('it is not enabled', "put `vim.lsp.enable('viva')` into your init.lua")
    end
  elseif vim.fn.has('nvim-0.10') == 1 then
    vim.health.info('Neovim 0.10 needs the `vim.lsp.start` of `:help viva-0.10`')
  else
    vim.health.error('Neovim 0.10 or later is needed')
  end
end

---@param config? vim.lsp.ClientConfig
local function check_program(config)
  local problem, path = server.problem(config and config.cmd or { 'viva', 'lsp' })
  if problem then
    return vim.health.error(problem)
  elseif not path then
    return vim.health.info('`cmd` is a function, so the program is not known')
  end
  local ran, result = pcall(function()
    return vim.system({ path, '--version' }, { text = true, timeout = 5000 }):wait()
  end)
  local version = ran and result.code == 0 and (result.stdout or ''):match('^viva (%S+)')
  if not version then
    local said = ran and vim.trim((result.stdout or '') .. (result.stderr or ''))
      or tostring(result)
    return vim.health.error(
      ('%s is not Viva: `--version` gives %q'):format(path, said:sub(1, 200)),
      'set `cmd` to the full path of viva'
    )
  end
  local misfit = server.misfit({ name = 'viva', version = version })
  if misfit then
    vim.health.error(('%s: %s'):format(path, misfit), 'install a newer Viva')
  else
    vim.health.ok(('Viva %s at %s'):format(version, path))
  end
end

---@param client vim.lsp.Client
local function check_client(client)
  local misfit = server.misfit(client.server_info or { name = 'viva', version = server.OLDEST })
  if misfit then
    vim.health.error(misfit)
  end
  local root = client.root_dir or client.config.root_dir or 'no project'
  vim.health.ok(('it serves %d buffers of %s'):format(vim.tbl_count(client.attached_buffers), root))
  for buffer in pairs(client.attached_buffers) do
    for _, other in ipairs(vim.lsp.get_clients({ bufnr = buffer })) do
      if other.offset_encoding ~= client.offset_encoding then
        local name = vim.fn.bufname(buffer)
        vim.health.warn(
          ('in %s it counts columns in %s and %s in %s'):format(
            name,
            client.offset_encoding,
            other.name,
            other.offset_encoding
          ),
          'positions may be wrong in lines that are not ASCII'
        )
      end
    end
  end
  vim.health.ok(('columns are counted in %s'):format(client.offset_encoding))
  local tools = require('viva.hints').companions(client)
  if #tools > 0 then
    local names = table.concat(tools, ', ')
    vim.health.ok(('hints that %s gives too are left to it (`hints.coexist`)'):format(names))
  end
  local complaints = server.complaints(client)
  for _, complaint in ipairs(complaints) do
    vim.health.warn(complaint)
  end
  if #complaints == 0 then
    vim.health.ok('it has no complaint about the settings')
  end
end

function M.check()
  vim.health.start('viva')
  check_neovim()
  check_program(configuration())
  local trouble = server.trouble()
  if trouble then
    vim.health.error(trouble)
  end
  local clients = vim.lsp.get_clients({ name = 'viva' })
  for _, client in ipairs(clients) do
    check_client(client)
  end
  if #clients == 0 then
    vim.health.info('no server runs; it starts with the first file that it reads')
  end
end

return M
