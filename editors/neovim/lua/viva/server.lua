--- Viva's server as a process: looked at before it is started, started again after a crash, and asked.

local M = {}

--- The oldest server that has all that this plugin asks for.
M.OLDEST = '0.1.0'

--- The waits before the restarts after a crash, in milliseconds; after the next crash there is none.
local RESTARTS = { 0, 2000 }

--- Crashes longer ago than this are forgiven, in milliseconds.
local FORGIVEN = 3 * 60 * 1000

--- The longest wait for a server that was started for a command, in milliseconds.
local START = 15000

local crashes = {} ---@type number[] when the server crashed lately, in milliseconds
local has_given_up = false
local last_problem = nil ---@type string? what was told last about the program
local complaints = {} ---@type table<integer, string[]> what each server said about its settings

---@param text string
---@param level? integer
function M.tell(text, level)
  vim.notify('viva: ' .. text, level or vim.log.levels.WARN)
end

---@param cmd any the `cmd` of a configuration
---@return string? problem why it cannot be started, and what helps
---@return string? path of the program that it would start
function M.problem(cmd)
  if type(cmd) ~= 'table' then
    return nil -- a function, which starts the server in its own way
  end
  local program = tostring(cmd[1])
  local path = vim.fn.exepath(program)
  if path ~= '' then
    return nil, path
  end
  if not program:find('[/\\]') then
    return ("there is no program `%s` on Neovim's PATH; install Viva, or set its full path: "):format(
      program
    ) .. "vim.lsp.config('viva', { cmd = { '/path/to/viva', 'lsp' } })"
  end
  local stat = vim.uv.fs_stat(program)
  if not stat then
    return ('`cmd` is %s, which does not exist'):format(program)
  elseif stat.type == 'directory' then
    return ('`cmd` is %s, which is a folder; it must be the program in it'):format(program)
  end
  return ('`cmd` is %s, which is not executable; `chmod +x` it'):format(program)
end

--- What a server answers to `initialize` that is no Viva, or one that is too old.
---@param info? { name: string, version?: string }
---@return string?
function M.misfit(info)
  info = info or { name = 'a server without a name' }
  if info.name ~= 'viva' then
    return ('what `cmd` starts is %s and not Viva'):format(info.name)
  end
  local version = vim.version.parse(info.version or '')
  if not version or vim.version.lt(version, M.OLDEST) then
    return ('the server is Viva %s; this plugin needs %s or later'):format(
      info.version or 'of an unknown version',
      M.OLDEST
    )
  end
end

--- Decides for a buffer whether Viva is started and for which root: not after it has crashed too often.
---@param buffer integer
---@param on_dir fun(root?: string)
function M.root_dir(buffer, on_dir)
  if not has_given_up then
    on_dir(vim.fs.root(buffer, vim.lsp.config.viva.root_markers or {}))
  end
end

--- Tells, once, why Viva is not started for files of a type: where the program cannot be, Neovim 0.11
--- only writes a line into its log.
---@param filetype string
function M.look(filetype)
  local config = vim.lsp.config.viva
  if not config or not vim.list_contains(config.filetypes or {}, filetype) then
    return
  end
  local problem = M.problem(config.cmd)
  if problem and problem ~= last_problem then
    M.tell(problem)
  end
  last_problem = problem
end

---@param result lsp.InitializeResult
function M.on_init(_, result)
  local misfit = M.misfit(result.serverInfo)
  if misfit then
    M.tell(misfit)
  end
end

--- What the server warns of, such as a setting of a wrong type, is told and not only logged.
function M.on_log(failure, message, context, config)
  if message and message.type == vim.lsp.protocol.MessageType.Warning then
    local known = complaints[context.client_id] or {}
    complaints[context.client_id] = known
    -- The settings are sent more than once.
    if not vim.list_contains(known, message.message) then
      table.insert(known, message.message)
      M.tell(message.message)
    end
  end
  return vim.lsp.handlers['window/logMessage'](failure, message, context, config)
end

--- What a running server complained about.
---@param client vim.lsp.Client
---@return string[]
function M.complaints(client)
  return complaints[client.id] or {}
end

--- What keeps Viva from being started again, if anything.
---@return string?
function M.trouble()
  if has_given_up then
    return ('the server crashed %d times within %d minutes; it stays off until `:VivaRestart`'):format(
      #crashes,
      FORGIVEN / 60000
    )
  end
end

--- Starts a server for the buffers that another one served.
---@param config vim.lsp.ClientConfig
---@param buffers integer[]
local function start_for(config, buffers)
  for _, buffer in ipairs(buffers) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      vim.lsp.start(config, { bufnr = buffer })
    end
  end
end

--- Starts a server that crashed again, later each time, and gives up after the third time.
---@param code integer
---@param signal integer
---@param client_id integer
function M.on_exit(code, signal, client_id)
  complaints[client_id] = nil
  -- As it was asked to: by a shutdown, or by Neovim's or a person's SIGTERM.
  if code == 0 and (signal == 0 or signal == 15) then
    return
  end
  local client = assert(vim.lsp.get_client_by_id(client_id))
  local buffers = vim.tbl_keys(client.attached_buffers)
  vim.schedule(function()
    if vim.v.exiting ~= vim.NIL then
      return
    end
    local now = vim.uv.now()
    crashes = vim
      .iter(crashes)
      :filter(function(time)
        return now - time < FORGIVEN
      end)
      :totable()
    table.insert(crashes, now)
    local wait = RESTARTS[#crashes]
    if wait then
      vim.defer_fn(function()
        start_for(client.config, buffers)
      end, wait)
    elseif not has_given_up then
      has_given_up = true
      local log = vim.lsp.log and vim.lsp.log.get_filename() or vim.lsp.get_log_path()
      M.tell(('%s. Its last words are in %s'):format(M.trouble(), log), vim.log.levels.ERROR)
    end
  end)
end

--- Stops the servers that run and starts them anew, whatever happened before.
function M.restart()
  crashes, has_given_up, last_problem = {}, false, nil
  local clients = vim.lsp.get_clients({ name = 'viva' })
  local served = {}
  for _, client in ipairs(clients) do
    table.insert(served, { client.config, vim.tbl_keys(client.attached_buffers) })
    vim.lsp.stop_client(client.id)
  end
  vim.wait(START, function()
    return #vim.lsp.get_clients({ name = 'viva' }) == 0
  end, 10)
  for _, each in ipairs(served) do
    start_for(unpack(each))
  end
  -- Files that were opened while it was off.
  if vim.lsp.is_enabled and vim.lsp.is_enabled('viva') then
    vim.lsp.enable('viva')
  end
end

--- A running server, that of the current buffer if it has one; one is started for a command where none
--- runs. Why there is none is told.
---@return vim.lsp.Client?
function M.client()
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'viva' })[1]
    or vim.lsp.get_clients({ name = 'viva' })[1]
  if client then
    return client
  end
  local config = vim.lsp.config and vim.lsp.config.viva
  if not config then
    return M.tell('no server runs; open a file that it reads')
  end
  local problem = M.trouble() or M.problem(config.cmd)
  if problem then
    return M.tell(problem)
  end
  config = vim.deepcopy(config)
  config.root_dir = nil
  local id = vim.lsp.start(config, { attach = false })
  client = id and vim.lsp.get_client_by_id(id)
  local is_ready = client
    and vim.wait(START, function()
      return client.initialized or client:is_stopped()
    end, 10)
  if not is_ready or client:is_stopped() then
    return M.tell('the server could not be started; `:checkhealth viva` tells more')
  end
  return client
end

--- Runs one of the server's commands.
---@param client vim.lsp.Client
---@param command string
---@param arguments any[]
---@param on_result? fun(result: any)
function M.execute(client, command, arguments, on_result)
  M.request(client, 'workspace/executeCommand', {
    command = command,
    arguments = arguments,
  }, on_result or function() end)
end

---@param client vim.lsp.Client
---@param method string
---@param params table
---@param on_result fun(result: any)
function M.request(client, method, params, on_result)
  local function handler(failure, result)
    if failure then
      return M.tell(('%s failed: %s'):format(method, failure.message))
    end
    on_result(result)
  end
  if not M.send(client, method, params, handler) then
    M.tell('the server has gone; `:VivaRestart` starts it')
  end
end

--- Sends a request; without a handler, Neovim's own takes the answer.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param handler? lsp.Handler
---@param buffer? integer
---@return boolean was_sent
function M.send(client, method, params, handler, buffer)
  if vim.fn.has('nvim-0.11') == 1 then
    return (client:request(method, params, handler, buffer))
  end
  return (client.request(method, params, handler, buffer))
end

---@param client vim.lsp.Client
---@param method string
---@param params table
function M.notify(client, method, params)
  if vim.fn.has('nvim-0.11') == 1 then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

--- Opens a topic's page, at a question if its number is given.
---@param client vim.lsp.Client
---@param arguments any[] of the server's command: the topic's id and the question's number from 0
function M.open(client, arguments)
  M.execute(client, 'viva.open', arguments)
end

return M
