import { jest } from '@jest/globals';

// Packets and Leases of seconds on a machine that may be busy with other things: what fails once and
// then not is shown in the output, and is no fault of the code under test.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
