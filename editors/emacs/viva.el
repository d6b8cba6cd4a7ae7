;;; viva.el --- Viva explains the keyword at point -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Viva is a language server that explains keywords in Go, Dockerfiles, compose.yaml, SQL (MySQL) and
;; redis.conf the way an interviewer would want to hear it.  This file tells Eglot and lsp-mode of it
;; and adds a search of its guide, `viva-search'.
;;
;;   (add-to-list 'load-path "/path/to/viva/editors/emacs")
;;   (require 'viva)
;;
;; Then `M-x eglot' (or `M-x lsp') in a file, or `eglot-ensure' (`lsp-deferred') in the modes' hooks.

;;; Code:

(require 'conf-mode)

(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)
(declare-function eglot-current-server "eglot")
(declare-function jsonrpc-request "jsonrpc")
(declare-function lsp-request "lsp-mode")
(declare-function lsp-request-async "lsp-mode")
(declare-function lsp-register-client "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function lsp-activate-on "lsp-mode")

(defgroup viva nil
  "Explanations of keywords, and interview questions."
  :group 'tools
  :prefix "viva-")

(defcustom viva-command '("viva" "lsp")
  "The command that starts the server."
  :type '(repeat string))

(defcustom viva-go-servers 'both
  "Which server Eglot starts for Go: it has one for a buffer.
With `both' that is `rass' where it is installed, which runs gopls and
Viva behind it, and gopls where it is not."
  :type '(choice (const both) (const gopls) (const viva)))

;;;###autoload
(define-derived-mode viva-redis-conf-mode conf-space-mode "Redis"
  "Major mode for redis.conf.")

;;;###autoload
(add-to-list 'auto-mode-alist
             '("/\\(?:redis\\|sentinel\\|valkey\\)[^/]*\\.conf\\'" . viva-redis-conf-mode))

(defconst viva--rass-preset
  (expand-file-name "gopls-viva.py"
                    (file-name-directory (or load-file-name buffer-file-name)))
  "What makes rass ask both servers for a hover.")

(defun viva--eglot-go (&rest _)
  "The command for Go, by `viva-go-servers'."
  (cond ((eq viva-go-servers 'viva) viva-command)
        ((and (eq viva-go-servers 'both) (executable-find "rass"))
         `("rass" ,viva--rass-preset "--" "gopls" "--" ,@viva-command))
        (t '("gopls"))))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               `(((dockerfile-mode :language-id "dockerfile")
                  (dockerfile-ts-mode :language-id "dockerfile")
                  (sql-mode :language-id "sql")
                  (viva-redis-conf-mode :language-id "redis")
                  (docker-compose-mode :language-id "dockercompose"))
                 . ,(lambda (&rest _) viva-command)))
  (add-to-list 'eglot-server-programs '((go-mode go-ts-mode) . viva--eglot-go)))

(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(viva-redis-conf-mode . "redis"))
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection (lambda () viva-command))
    :activation-fn (lsp-activate-on "go" "dockerfile" "dockercompose" "yaml" "sql" "redis")
    ;; Beside gopls and the others, not instead of them.
    :add-on? t
    :priority -2
    :server-id 'viva)))

(defun viva--execute (command &rest arguments)
  "Run the server's COMMAND with ARGUMENTS and return its result."
  (cond ((bound-and-true-p lsp-mode)
         (lsp-request "workspace/executeCommand"
                      `(:command ,command :arguments ,(vconcat arguments))))
        ((and (fboundp 'eglot-current-server) (eglot-current-server))
         (jsonrpc-request (eglot-current-server) :workspace/executeCommand
                          `(:command ,command :arguments ,(vconcat arguments))))
        (t (user-error "Viva does not serve this buffer; M-x eglot or M-x lsp starts it"))))

(defun viva--open (id)
  "Open the page of the topic ID.  The server sends it while it answers: lsp-mode,
if it waited for the answer, could lose it."
  (if (bound-and-true-p lsp-mode)
      (lsp-request-async "workspace/executeCommand"
                         `(:command "viva.open" :arguments ,(vector id))
                         #'ignore :mode 'detached)
    (viva--execute "viva.open" id)))

(defun viva--get (hit key)
  "KEY of HIT, a topic that a search found, as Eglot or lsp-mode gives it."
  (if (hash-table-p hit)
      (gethash key hit)
    (plist-get hit (intern (concat ":" key)))))

;;;###autoload
(defun viva-search (words)
  "Search the guide for WORDS, choose a topic and open its page."
  (interactive "sSearch the guide: ")
  (let* ((hits (mapcar (lambda (hit) (cons (viva--get hit "title") (viva--get hit "id")))
                       (viva--execute "viva.search" words)))
         ;; The best first: they are not to be sorted.
         (table (lambda (text predicate action)
                  (if (eq action 'metadata)
                      '(metadata (display-sort-function . identity)
                                 (cycle-sort-function . identity))
                    (complete-with-action action hits text predicate)))))
    (unless hits
      (user-error "Nothing in the guide is about %s" words))
    (let ((title (completing-read "Topic: " table nil t nil nil (caar hits))))
      (viva--open (cdr (assoc title hits))))))

(provide 'viva)
;;; viva.el ends here
