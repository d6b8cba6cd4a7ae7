-- Viva's commands. They cost nothing until they are used.

if vim.g.loaded_viva then
  return
end
vim.g.loaded_viva = true

local command = vim.api.nvim_create_user_command

command('VivaSearch', function(given)
  require('viva.search').search(given.args)
end, { nargs = '*', desc = 'Search the guide; without words, while they are typed' })

command('VivaQuestions', function(given)
  local questions = require('viva.questions')
  if given.bang then
    questions.of_file()
  elseif given.range > 0 then
    questions.of_lines(given.line1, given.line2)
  else
    questions.at_cursor()
  end
end, {
  bang = true,
  range = true,
  desc = 'Interview questions of the keyword at the cursor, of lines, or with ! of the file',
})

command('VivaRestart', function()
  require('viva.server').restart()
end, { desc = 'Start Viva’s server anew' })

local group = vim.api.nvim_create_augroup('viva', {})

-- What other servers say too is left to them.
vim.api.nvim_create_autocmd({ 'LspAttach', 'LspDetach' }, {
  group = group,
  callback = function()
    -- A server that goes is gone a moment later.
    vim.schedule(function()
      if #vim.lsp.get_clients({ name = 'viva' }) > 0 then
        require('viva.hints').look_around()
      end
    end)
  end,
})

vim.api.nvim_create_autocmd('FileType', {
  group = group,
  callback = function(event)
    -- Neovim 0.10 has no `is_enabled`, and tells by itself what it cannot start.
    if vim.lsp.is_enabled and vim.lsp.is_enabled('viva') then
      require('viva.server').look(event.match)
    end
  end,
})
