# Viva in Kakoune, with kakoune-lsp: add this to kakrc after the line `eval %sh{kak-lsp}`.

# Beside gopls: all servers of a buffer are asked, and the first one's hover stands on top.
hook -group lsp-filetype-viva global BufSetOption filetype=go %{
    set-option buffer lsp_servers %{
        [viva]
        args = ["lsp"]
        root_globs = [".git", "go.work", "go.mod"]

        [gopls]
        root_globs = ["go.work", "go.mod", ".git"]
        settings_section = "gopls"
    }
}

hook -group lsp-filetype-viva global BufSetOption filetype=(?:dockerfile|sql|redis) %{
    set-option buffer lsp_servers %{
        [viva]
        args = ["lsp"]
        root_globs = [".git"]
    }
}

# Kakoune has no filetype for redis.conf.
hook global BufCreate .*/(?:redis|sentinel|valkey)[^/]*\.conf %{
    set-option buffer filetype redis
}
