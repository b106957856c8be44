/**
 * Node's `http` and `https`. Imported as ES modules they hand over all their exports at once, among
 * them WebSocket, for which Node loads undici: 10 MB more in each process, and 10 ms at its start.
 */
export const http = process.getBuiltinModule('node:http');
export const https = process.getBuiltinModule('node:https');
