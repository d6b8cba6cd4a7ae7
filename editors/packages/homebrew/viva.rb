# Viva's formula. The release workflow fills in version and checksums (editors/packages/formula.py).
class Viva < Formula
  desc "Language server that explains keywords as an interviewer wants it"
  homepage "https://github.com/viva-ls/viva"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/viva-ls/viva/releases/download/v@VERSION@/viva-v@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256 aarch64-apple-darwin@"
    end
    on_intel do
      url "https://github.com/viva-ls/viva/releases/download/v@VERSION@/viva-v@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256 x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/viva-ls/viva/releases/download/v@VERSION@/viva-v@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "https://github.com/viva-ls/viva/releases/download/v@VERSION@/viva-v@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install "viva"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/viva.bash" => "viva"
    zsh_completion.install "completions/_viva"
    fish_completion.install "completions/viva.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/viva --version")
    assert_match "mutex", shell_output("#{bin}/viva explain --lang go sync.Cond")
  end
end
