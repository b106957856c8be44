/** What gateway-dns does on a management cluster and two workload clusters of the same ranges: the walk-through of docs/gateway-dns-walkthrough.md, then an installation of our own. */
import './gateway-dns/setup.ts';
import './gateway-dns/walkthrough.ts';
import './gateway-dns/install.ts';
