--- `:VivaQuestions`: the interview questions of a place, of lines, or of a file, in `vim.ui.select`.

local server = require('viva.server')

local M = {}

--- How many words of a range are asked about; a menu of more is not read.
local WORDS_MAX = 500

---@class viva.Question
---@field ask string
---@field page any[] the topic's id and the question's number, as the command that opens it takes them

---@param client vim.lsp.Client
---@param questions viva.Question[]
---@param where string
local function choose(client, questions, where)
  if #questions == 0 then
    return server.tell('there are no questions for ' .. where, vim.log.levels.INFO)
  end
  vim.ui.select(questions, {
    prompt = 'Interview questions for ' .. where .. ':',
    kind = 'viva.question',
    format_item = function(question)
      return question.ask
    end,
  }, function(question)
    if question then
      server.open(client, question.page)
    end
  end)
end

---@return vim.lsp.Client?
local function attached()
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'viva' })[1]
  if not client then
    server.tell(server.trouble() or 'it does not serve this file; `:checkhealth viva` tells more')
  end
  return client
end

--- Asks for the questions at some places and gives them in that order, each once.
---@param client vim.lsp.Client
---@param positions lsp.Position[]
---@param on_questions fun(questions: viva.Question[])
local function ask_at(client, positions, on_questions)
  local document = { uri = vim.uri_from_bufnr(0) }
  local answers, missing = {}, #positions
  local function collect()
    local questions, seen = {}, {}
    for number = 1, #positions do
      for _, action in ipairs(answers[number]) do
        local ask = action.title:gsub('^Interview: ', '')
        if not seen[ask] then
          seen[ask] = true
          table.insert(questions, { ask = ask, page = action.command.arguments })
        end
      end
    end
    on_questions(questions)
  end
  if missing == 0 then
    return collect()
  end
  for number, position in ipairs(positions) do
    server.request(client, 'textDocument/codeAction', {
      textDocument = document,
      range = { start = position, ['end'] = position },
      context = { diagnostics = {}, only = { 'interview' }, triggerKind = 1 },
    }, function(actions)
      answers[number] = actions or {}
      missing = missing - 1
      if missing == 0 then
        collect()
      end
    end)
  end
end

function M.at_cursor()
  local client = attached()
  if not client then
    return
  end
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding).position
  ask_at(client, { position }, function(questions)
    choose(client, questions, 'this place')
  end)
end

---@param line string
---@param encoding string
---@param column integer in bytes
---@return integer column in what the encoding counts
local function to_character(line, encoding, column)
  if vim.fn.has('nvim-0.11') == 1 then
    return vim.str_utfindex(line, encoding, column, false)
  elseif encoding == 'utf-8' then
    return column
  end
  local in_utf32, in_utf16 = vim.str_utfindex(line, column)
  return encoding == 'utf-16' and in_utf16 or in_utf32
end

--- The positions of the words of some lines, each word where it first stands.
---@param first integer from 1
---@param last integer
---@param encoding string
---@return lsp.Position[]
local function words(first, last, encoding)
  local positions, seen = {}, {}
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, first - 1, last, false)) do
    for start, word in line:gmatch('()([%w_][%w_.-]*)') do
      if not seen[word] and #positions < WORDS_MAX then
        seen[word] = true
        -- The last part of `sync.Cond` is the most specific.
        local column = start - 1 + #(word:match('^.*%.') or '')
        table.insert(positions, {
          line = first + number - 2,
          character = to_character(line, encoding, column),
        })
      end
    end
  end
  return positions
end

---@param first integer from 1
---@param last integer
function M.of_lines(first, last)
  local client = attached()
  if client then
    ask_at(client, words(first, last, client.offset_encoding), function(questions)
      choose(client, questions, 'these lines')
    end)
  end
end

function M.of_file()
  local client = attached()
  if not client then
    return
  end
  local provider = client.server_capabilities.executeCommandProvider or {}
  if not vim.list_contains(provider.commands or {}, 'viva.questions') then
    return M.of_lines(1, vim.api.nvim_buf_line_count(0))
  end
  server.execute(client, 'viva.questions', { vim.uri_from_bufnr(0) }, function(topics)
    local questions = {}
    for _, topic in ipairs(topics or {}) do
      for _, question in ipairs(topic.questions) do
        table.insert(questions, {
          ask = ('%s: %s'):format(topic.title, question.ask),
          page = { topic.id, question.number },
        })
      end
    end
    choose(client, questions, 'this file')
  end)
end

return M
