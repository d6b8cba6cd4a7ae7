// Checks that Lua files have StyLua's format, or with --write gives it to them:
//
//   node style.mjs STYLUA [--write] FILE…
//
// STYLUA is the folder of the npm package; the format is that of editors/neovim/stylua.toml.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [folder, ...rest] = process.argv.slice(2);
const { formatCode, Config, IndentType, QuoteStyle, OutputVerification } = createRequire(import.meta.url)(folder);
const write = rest[0] === '--write';

let failed = false;
for (const file of write ? rest.slice(1) : rest) {
  const config = Config.new();
  config.column_width = 100;
  config.indent_type = IndentType.Spaces;
  config.indent_width = 2;
  config.quote_style = QuoteStyle.AutoPreferSingle;
  const text = readFileSync(file, 'utf8');
  const formatted = formatCode(text, config, undefined, OutputVerification.None);
  if (formatted === text) {
    continue;
  }
  if (write) {
    writeFileSync(file, formatted);
  } else {
    failed = true;
    const line = text.split('\n').findIndex((line, number) => line !== formatted.split('\n')[number]);
    console.log(`FAIL  ${file}:${line + 1} has not StyLua's format`);
  }
}
process.exit(failed ? 1 : 0);
