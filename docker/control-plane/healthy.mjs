// `node healthy.mjs https://127.0.0.1:6443/readyz`: exit code 0 when the answer is 200.
// The server's certificate is for its own name; what counts here is only that it answers.
import https from 'node:https';

const request = https.get(process.argv[2], { rejectUnauthorized: false, timeout: 3000 }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
