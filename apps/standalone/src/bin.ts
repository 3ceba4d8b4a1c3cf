/** The command of the npm package `typernetes`: `typernetes dev …`. What needs Docker and the sources stays with `./t8s`. */
const usage = `Usage: typernetes dev [flags]

A whole Kubernetes in one process: API, scheduler, controllers and simulated nodes.
Run 'typernetes dev --help' for its flags. Clusters with real containers need the
repository: git clone it, then ./t8s up.
`;

const [command] = process.argv.slice(2);
if (command === 'dev') {
  process.argv.splice(2, 1);
  void import('./main');
} else {
  const isQuestion = command === undefined || command === '--help' || command === '-h' || command === 'help';
  (isQuestion ? process.stdout : process.stderr).write(isQuestion ? usage : `Error: unknown command "${command}"\n\n${usage}`);
  process.exitCode = isQuestion ? 0 : 2;
}

export {};
