#!/usr/bin/env node
// kubectl runs the program of this name with the words behind `kubectl mcs` when Tab is pressed.
process.argv.splice(2, Infinity, 'kubectl-complete', JSON.stringify(process.argv.slice(2)));
await import('./mcs.js');
