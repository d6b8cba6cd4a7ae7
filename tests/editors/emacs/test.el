;;; test.el --- Viva in Emacs -*- lexical-binding: t -*-

;; What Viva answers in Emacs: run.sh runs this in an empty home, with the program on the PATH and
;; VIVA_TEST_CLIENT = eglot, rass or lsp-mode.  What is expected is asked of `viva explain --json', so
;; that no text of the guide stands here.

;;; Code:

(require 'cl-lib)
(require 'json)

(defconst client (intern (getenv "VIVA_TEST_CLIENT")))
(defconst root (file-name-as-directory (getenv "VIVA_TEST_ROOT")))
(defconst work (file-name-as-directory (getenv "VIVA_TEST_WORK")))
(defconst patience 30 "Seconds; for slow machines, never waited for in full.")

(defconst places
  '(("queue/queue.go" go-mode "sync\\.\\(Cond\\)" "hover go")
    ("image/Dockerfile" dockerfile-mode "^\\(ENTRYPOINT\\)" "hover dockerfile")
    ("shop/schema.sql" sql-mode "^\\(UNION ALL\\)" "hover sql")
    ("cache/redis.conf" viva-redis-conf-mode "^\\(maxmemory-policy\\)" "hover redis"))
  "One in each language: the file, its mode, the keyword, and a column of the README's table.")

(defun check (name right found)
  "Print a check with a NAME; FOUND is printed where it is not RIGHT."
  (princ (if right (format "ok    %s\n" name) (format "FAIL  %s: %S\n" name found))))

(defmacro until (form)
  "Wait until FORM gives something, or too long; return it."
  `(let ((end (+ (float-time) patience)) found)
     (while (and (not (setq found ,form)) (< (float-time) end))
       (accept-process-output nil 0.05))
     found))

(defun cli (&rest arguments)
  "What viva prints with ARGUMENTS as JSON: the first line."
  (with-temp-buffer
    (apply #'call-process "viva" nil t nil arguments)
    (goto-char (point-min))
    (json-parse-buffer :object-type 'plist :array-type 'list)))

(defun explain ()
  "What viva explains at point."
  (cli "explain" "--json"
       (format "%s:%d:%d" buffer-file-name (line-number-at-pos) (1+ (current-column)))))

(defun words (text)
  "TEXT without what Markdown or an editor add to it."
  (string-trim (replace-regexp-in-string "[`*_ \n\t\u00a0]+" " " (substring-no-properties text))))

(defun headline (explained)
  (words (car (split-string (plist-get explained :markdown) "\n"))))

(defun ask (explained number)
  (plist-get (nth number (plist-get explained :questions)) :ask))

;; Emacs only starts servers for buffers that are shown.
(defun open (file mode pattern)
  "Open FILE in MODE and go to PATTERN."
  (switch-to-buffer (find-file-noselect (concat work file)))
  (unless (eq major-mode mode) (funcall mode))
  (goto-char (point-min))
  (let ((case-fold-search nil)) (re-search-forward pattern))
  (goto-char (match-beginning 1)))

(defun choose-first (_ table &rest _)
  "Choose the first thing of TABLE, as it is shown."
  (car (all-completions "" table)))

(defun shows-heading (ask)
  "Wait until the shown buffer's point is at the heading of ASK."
  (until (with-current-buffer (window-buffer (selected-window))
           (save-excursion
             (beginning-of-line)
             (looking-at-p (regexp-quote (concat "### " ask)))))))

(setq inhibit-message t
      native-comp-enable-subr-trampolines nil ; the compiler is not unpacked
      native-comp-jit-compilation nil
      enable-local-variables nil
      make-backup-files nil
      create-lockfiles nil
      word-wrap nil)
(define-derived-mode dockerfile-mode prog-mode "Dockerfile") ; a package's; a mode is all it takes here
(require 'go-mode)
(require 'markdown-mode)
(add-to-list 'load-path (concat root "editors/emacs"))

;;; Eglot, alone or with rass

(defun eglot-doc ()
  "What Eglot gives ElDoc to show at point."
  (let (doc)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq doc (or text ""))))
    (until doc)))

(defun eglot-titles ()
  (mapcar (lambda (action) (plist-get action :title)) (eglot-code-actions (point) nil nil nil)))

(defun choose-action (title)
  "Choose TITLE in the menu of code actions."
  ;; As if it were called by a key and not by the mouse.
  (let ((completing-read-function (lambda (&rest _) title)) (last-nonmenu-event ?x))
    (call-interactively #'eglot-code-actions)))

(defun eglot-hovers (places)
  "Check that ElDoc explains the keywords of PLACES."
  (pcase-dolist (`(,file ,mode ,pattern ,column) places)
    (open file mode pattern)
    (eglot-ensure)
    (run-hooks 'post-command-hook)
    (check (format "%s: Viva attaches" file) (until (eglot-managed-p)) major-mode)
    (let ((expected (headline (explain))) doc)
      (until (string-search expected (setq doc (words (or (eglot-doc) "")))))
      (check (format "[%s] ElDoc explains" column) (string-search expected doc) doc))))

(defun eglot-hints ()
  "Check that a file with three mistakes has three hints, and what can be done about one."
  (let ((file (concat work "mistakes/Dockerfile")))
    (make-directory (file-name-directory file) t)
    (write-region "FROM alpine\nADD . /srv\nRUN cd /srv\nUSER 10001\nCMD [\"/srv/app\"]\n" nil file)
    (open "mistakes/Dockerfile" 'dockerfile-mode "^\\(ADD\\)")
    (eglot-ensure)
    (run-hooks 'post-command-hook)
    (until (eglot-managed-p))
    (let ((message (plist-get (cli "check" "--json" "--rule" "docker/add-where-copy" file) :message))
          (texts (lambda () (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))))
      (until (= (length (funcall texts)) 3))
      (check "[hints] three mistakes are three hints" (= (length (funcall texts)) 3) (funcall texts))
      (check "[hints] Flymake says why" (cl-some (lambda (text) (string-search message text)) (funcall texts))
             (funcall texts))
      (choose-action "Use COPY")
      (check "[hints] the fix puts COPY for ADD"
             (until (string-search "\nCOPY . /srv\n" (buffer-string))) (buffer-string))
      (until (= (length (funcall texts)) 2))
      (check "[hints] and the hint goes" (= (length (funcall texts)) 2) (funcall texts))
      (set-buffer-modified-p nil))))

(defun eglot-suite ()
  (customize-set-variable 'viva-go-servers 'viva)
  (eglot-hovers places)
  (open "queue/queue.go" 'go-mode "sync\\.\\(Cond\\)")
  (check "positions are counted in UTF-16"
         (eq eglot-current-linepos-function #'eglot-utf-16-linepos) eglot-current-linepos-function)
  (let* ((explained (explain)) (titles (eglot-titles)))
    (check "[actions] the menu offers the questions"
           (equal (car titles) (concat "Interview: " (ask explained 0))) titles)
    (choose-action (nth 1 titles))
    (check "[page] choosing one opens the page at the question" (shows-heading (ask explained 1))
           (buffer-name (window-buffer (selected-window)))))
  (eglot-hints)
  (open "shop/schema.sql" 'sql-mode "^\\(UNION ALL\\)")
  (let* ((title (plist-get (cli "search" "--json" "leftmost prefix") :title))
         (found (mapcar #'xref-item-summary (xref-backend-apropos 'eglot "?leftmost prefix"))))
    (check "[search] xref-find-apropos finds topics, the best first" (equal (car found) (concat "# " title)) found)
    (let ((completing-read-function #'choose-first))
      (viva-search "leftmost prefix"))
    (let ((page (lambda () (with-current-buffer (window-buffer (selected-window))
                             (save-excursion
                               (goto-char (point-min))
                               (looking-at-p (regexp-quote (concat "# " title))))))))
      (check "[search] M-x viva-search opens the page" (until (funcall page)) (buffer-name)))
    (check "a search without a result is told"
           (string-search "Nothing in the guide" (condition-case problem (viva-search "qqqqzzzz")
                                                   (user-error (cadr problem))))
           nil))
  (open "queue/queue.go" 'go-mode "sync\\.\\(Cond\\)")
  (let ((process (jsonrpc--process (eglot-current-server))))
    (signal-process process 'kill)
    (check "after a crash Eglot starts it again"
           (until (and (not (process-live-p process)) (eglot-current-server)
                       (string-search (headline (explain)) (words (or (eglot-doc) "")))))
           nil)))

(defun rass-suite ()
  (open "queue/queue.go" 'go-mode "sync\\.\\(Cond\\)")
  (eglot-ensure)
  (run-hooks 'post-command-hook)
  (check "rass: it attaches" (until (eglot-managed-p)) major-mode)
  (let ((expected (headline (explain))) doc)
    (until (and (string-search "Cond implements" (setq doc (words (or (eglot-doc) ""))))
                (string-search expected doc)))
    (check "[gopls: by rass] ElDoc shows gopls's text and Viva's"
           (and (string-search "Cond implements" doc) (string-search expected doc)) doc)
    (let ((titles (eglot-titles)))
      (check "[gopls: by rass] the menu has the questions"
             (member (concat "Interview: " (ask (explain) 0)) titles) titles))
    (let ((explained (explain)))
      (choose-action (concat "Interview: " (ask explained 1)))
      (check "rass: choosing one opens the page" (shows-heading (ask explained 1))
             (buffer-name (window-buffer (selected-window)))))))

;;; lsp-mode

(defun lsp-doc ()
  (let* ((hover (lsp-request "textDocument/hover" (lsp--text-document-position-params)))
         (contents (and hover (gethash "contents" hover))))
    (words (format "%s" (cond ((hash-table-p contents) (gethash "value" contents))
                              (t (mapconcat (lambda (part) (if (hash-table-p part) (gethash "value" part) part))
                                            contents " ")))))))

(defun lsp-suite ()
  (customize-set-variable 'lsp-go-gopls-server-path "gopls")
  (lsp-workspace-folders-add (directory-file-name work))
  (pcase-dolist (`(,file ,mode ,pattern ,_) places)
    (open file mode pattern)
    (lsp)
    (let ((expected (headline (explain))) (doc ""))
      (until (progn
               (setq doc (condition-case problem (lsp-doc) (error (format "%S" problem))))
               (and (string-search expected doc)
                    (or (not (eq mode 'go-mode)) (string-search "Cond implements" doc)))))
      (check (format "lsp-mode: %s is explained" file) (string-search expected doc) doc)
      (when (eq mode 'go-mode)
        (check "lsp-mode: beside gopls" (string-search "Cond implements" doc) doc)
        (let ((titles (mapcar (lambda (action) (gethash "title" action)) (lsp-code-actions-at-point))))
          (check "lsp-mode: the menu has the questions"
                 (member (concat "Interview: " (ask (explain) 0)) titles) titles)))))
  (open "shop/schema.sql" 'sql-mode "^\\(UNION ALL\\)")
  (let ((completing-read-function #'choose-first))
    (let ((title (plist-get (cli "search" "--json" "leftmost prefix") :title)))
      (viva-search "leftmost prefix")
      (check "lsp-mode: M-x viva-search opens the page"
             (until (with-current-buffer (window-buffer (selected-window))
                      (save-excursion (goto-char (point-min))
                                      (looking-at-p (regexp-quote (concat "# " title))))))
             (buffer-name)))))

(condition-case problem
    (progn
      (if (eq client 'lsp-mode)
          (progn
            (setq lsp-session-file (concat work "session") lsp-server-install-dir (concat work "servers")
                  lsp-auto-guess-root t lsp-enable-file-watchers nil lsp-enable-suggest-server-download nil)
            (require 'lsp-mode)
            (require 'lsp-go))
        (require 'eglot)
        (setq eglot-sync-connect patience eglot-connect-timeout patience
              eglot-autoshutdown nil eglot-autoreconnect 0 eglot-events-buffer-config '(:size 0)))
      (require 'viva)
      (pcase client
        ('eglot (eglot-suite))
        ('rass (rass-suite))
        ('lsp-mode (lsp-suite))))
  (error (check (format "%s runs to its end" client) nil problem)))
(let ((kill-emacs-hook nil)) (kill-emacs 0))
;;; test.el ends here
