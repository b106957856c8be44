/** What mirrors do on clusters whose pods reach each other and which are members of nothing: the walk-throughs of docs/mirror-walkthroughs.md, then installations of our own. */
import './mirror/setup.ts';
import './mirror/reflector.ts';
import './mirror/cross-cluster.ts';
import './mirror/install.ts';
