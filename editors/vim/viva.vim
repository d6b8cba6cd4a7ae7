" Viva in Vim, for ALE and vim-lsp, whichever is there: put this file into ~/.vim/plugin/.
" (coc.nvim reads coc-settings.json beside it.)

let s:types = ['go', 'dockerfile', 'sql', 'mysql', 'conf', 'redis', 'yaml']

" ALE -------------------------------------------------------------------------------------------------

function! s:Root(buffer) abort
  let l:git = finddir('.git', expand('#' . a:buffer . ':p:h') . ';')
  return empty(l:git) ? expand('#' . a:buffer . ':p:h') : fnamemodify(l:git, ':p:h:h')
endfunction

function! s:ForAle() abort
  if empty(globpath(&runtimepath, 'autoload/ale/linter.vim'))
    return
  endif
  for l:type in s:types
    call ale#linter#Define(l:type, {
    \ 'name': 'viva',
    \ 'lsp': 'stdio',
    \ 'executable': 'viva',
    \ 'command': '%e lsp',
    \ 'language': l:type,
    \ 'project_root': function('s:Root'),
    \})
  endfor
  " The file that Vim was started with has been looked at already, without Viva.
  if index(s:types, &filetype) >= 0
    call ale#Queue(0, 'lint_file')
  endif
endfunction

" Answers that are no documents come as messages, of which ALE shows only errors otherwise.
let g:ale_lsp_show_message_severity = get(g:, 'ale_lsp_show_message_severity', 'information')

" vim-lsp ---------------------------------------------------------------------------------------------

function! s:ForVimLsp() abort
  if executable('viva')
    call lsp#register_server({
    \ 'name': 'viva',
    \ 'cmd': {server_info -> ['viva', 'lsp']},
    \ 'allowlist': s:types,
    \})
  endif
endfunction

augroup viva
  autocmd!
  autocmd VimEnter * call s:ForAle()
  autocmd User lsp_setup call s:ForVimLsp()
augroup END
