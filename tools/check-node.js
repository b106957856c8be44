// Plain JavaScript: it must run on the Node that is too old.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`Error: Node.js ${process.versions.node} is too old for the scripts of this project, which need 22.19 or newer.`);
  console.error('On Linux (x64, arm64) "npm ci" puts Node 24 into node_modules: run it first, without --omit=optional.');
  console.error('Elsewhere install Node.js 24 from https://nodejs.org');
  process.exit(1);
}
