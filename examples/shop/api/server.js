'use strict';

const http = require('node:http');

http.createServer((request, response) => {
  response.writeHead(request.url === '/healthz' ? 200 : 404);
  response.end();
}).listen(8080);
