--- `:VivaSearch`: finds topics of the guide and opens one. With words the topics are offered by
--- `vim.ui.select`, which pickers such as Telescope replace; without, a window lists them while words
--- are typed.

local server = require('viva.server')

local M = {}

local MARKED = vim.api.nvim_create_namespace('viva.search')

--- How many topics the window shows.
local ROWS = 12

--- The window's width, in cells.
local WIDTH = 80

---@class viva.Hit
---@field id string
---@field title string
---@field snippet string

---@param hit viva.Hit
---@return string
local function line_of(hit)
  return ('%s  (%s)'):format(hit.title, vim.fs.dirname(hit.id))
end

---@param client vim.lsp.Client
---@param words string
---@param on_hits fun(hits: viva.Hit[])
local function find(client, words, on_hits)
  if vim.trim(words) == '' then
    return on_hits({})
  end
  server.execute(client, 'viva.search', { words }, function(hits)
    on_hits(hits or {})
  end)
end

---@param words string
function M.search(words)
  local client = server.client()
  if not client then
    return
  end
  if words == '' then
    return M.live(client)
  end
  find(client, words, function(hits)
    if #hits == 0 then
      return server.tell(('nothing in the guide is about %q'):format(words), vim.log.levels.INFO)
    end
    vim.ui.select(hits, {
      prompt = ('The guide on %q:'):format(words),
      kind = 'viva.topic',
      format_item = line_of,
    }, function(hit)
      if hit then
        server.open(client, { hit.id })
      end
    end)
  end)
end

--- Opens the window: words in its first line, the topics below.
---@param client vim.lsp.Client
function M.live(client)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].filetype = 'viva-search'
  local width = math.min(WIDTH, vim.o.columns - 4)
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = 'editor',
    width = width,
    height = ROWS + 1,
    row = math.max(0, math.floor((vim.o.lines - ROWS) / 3)),
    col = math.floor((vim.o.columns - width) / 2),
    style = 'minimal',
    border = 'rounded',
    title = ' Search the guide ',
  })
  vim.wo[window].wrap = false
  local hits, chosen, asked = {}, 1, nil ---@type viva.Hit[], integer, string?

  local function show()
    local lines = {}
    for number = 1, math.min(ROWS, #hits) do
      lines[number] = (number == chosen and '> ' or '  ') .. line_of(hits[number])
    end
    vim.api.nvim_buf_set_lines(buffer, 1, -1, false, lines)
    vim.api.nvim_buf_clear_namespace(buffer, MARKED, 0, -1)
    if lines[chosen] then
      vim.api.nvim_buf_set_extmark(buffer, MARKED, chosen, 0, {
        end_col = #lines[chosen],
        hl_group = 'PmenuSel',
      })
    end
  end

  local function close()
    vim.cmd.stopinsert()
    if vim.api.nvim_win_is_valid(window) then
      vim.api.nvim_win_close(window, true)
    end
  end

  local function move(by)
    return function()
      local last = math.min(ROWS, #hits)
      chosen = math.max(1, math.min(last, chosen + by))
      show()
    end
  end

  local function look()
    local words = vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1]
    if words == asked then
      return
    end
    asked = words
    find(client, words, function(found)
      -- An answer that was overtaken, by more words or by the window's end, is of no use.
      if words == asked and vim.api.nvim_buf_is_valid(buffer) then
        hits, chosen = found, 1
        show()
      end
    end)
  end

  local function map(keys, action)
    for _, key in ipairs(keys) do
      vim.keymap.set({ 'n', 'i' }, key, action, { buffer = buffer, nowait = true })
    end
  end
  map({ '<Down>', '<C-n>', '<Tab>' }, move(1))
  map({ '<Up>', '<C-p>', '<S-Tab>' }, move(-1))
  map({ '<Esc>', '<C-c>' }, close)
  map({ '<CR>' }, function()
    local hit = hits[chosen]
    close()
    if hit then
      server.open(client, { hit.id })
    end
  end)
  vim.api.nvim_create_autocmd({ 'TextChangedI', 'TextChanged' }, {
    buffer = buffer,
    callback = look,
  })
  vim.api.nvim_create_autocmd('WinLeave', { buffer = buffer, once = true, callback = close })
  vim.cmd.startinsert()
end

return M
