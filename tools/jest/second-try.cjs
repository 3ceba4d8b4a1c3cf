/**
 * One more try for a test against real processes, kernels and clocks (integration and end-to-end tests in `./t8s test`):
 * the machine is shared, and half an hour of tests should not end red for one hiccup. The error of the first try is printed,
 * and the run ends with the list of tests that needed a second one: they are to be mended.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
