/**
 * All parts, in the order in which they run: the story of the how-to first, what breaks clusters last.
 * (The test runner sorts the files that it is given by their names.)
 */
import './setup.ts';
import './howto.ts';
import './isolation.ts';
import './life.ts';
import './services.ts';
import './tunnels.ts';
import './verify.ts';
import './drill.ts';
