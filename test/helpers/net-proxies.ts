/** Calico's `natOutgoing` as Felix writes it, in chains of its own that come first: for pods of one range, unless they speak with pods that Calico knows of. */
export function calicoNat(iptables: 'iptables-nft' | 'iptables-legacy', podCIDR: string, known: string): { readonly set: string; readonly undo: string } {
  const nat = `${iptables} -t nat`;
  const pools = 'cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst';
  return {
    set: [
      'ipset create cali40masq-ipam-pools hash:net', 'ipset create cali40all-ipam-pools hash:net',
      `ipset add cali40masq-ipam-pools ${podCIDR}`, `ipset add cali40all-ipam-pools ${known}`,
      `${nat} -N cali-POSTROUTING`, `${nat} -N cali-fip-snat`, `${nat} -N cali-nat-outgoing`,
      `${nat} -A cali-nat-outgoing -m comment --comment "cali:flqWnvo8yq4ULQLa" -m set --match-set ${pools} -j MASQUERADE --random-fully`,
      `${nat} -A cali-POSTROUTING -m comment --comment "cali:Z-c7XtVd2Bq7s_hA" -j cali-fip-snat`,
      `${nat} -A cali-POSTROUTING -m comment --comment "cali:nYKhEzDlr11Jccal" -j cali-nat-outgoing`,
      `${nat} -I POSTROUTING 1 -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-POSTROUTING`,
    ].join('; '),
    undo: `${nat} -F; ${nat} -X cali-POSTROUTING; ${nat} -X cali-fip-snat; ${nat} -X cali-nat-outgoing; ipset destroy cali40masq-ipam-pools; ipset destroy cali40all-ipam-pools`,
  };
}

export interface ProxiedService {
  readonly podCIDR: string;
  readonly clusterIP: string;
  readonly port: number;
  /** The one pod behind it. */
  readonly endpoint: string;
}

/** The table of kube-proxy in nftables mode, with one Service. */
export function kubeProxyTable({ podCIDR, clusterIP, port, endpoint }: ProxiedService): string {
  return [
    'table ip kube-proxy {',
    'map service-ips {', 'type ipv4_addr . inet_proto . inet_service : verdict', `elements = { ${clusterIP} . tcp . ${port} : goto service-mcs }`, '}',
    'set cluster-ips {', 'type ipv4_addr', `elements = { ${clusterIP} }`, '}',
    'chain endpoint-mcs {', `ip saddr ${endpoint} jump mark-for-masquerade`, `meta l4proto tcp dnat to ${endpoint}:${port}`, '}',
    'chain service-mcs {', `ip daddr ${clusterIP} tcp dport ${port} ip saddr != ${podCIDR} jump mark-for-masquerade`, 'numgen random mod 1 vmap { 0 : goto endpoint-mcs }', '}',
    'chain mark-for-masquerade {', 'meta mark set meta mark | 0x4000', '}',
    'chain masquerading {', 'meta mark & 0x4000 == 0 return', 'meta mark set meta mark ^ 0x4000', 'masquerade fully-random', '}',
    'chain services {', 'ip daddr . meta l4proto . th dport vmap @service-ips', '}',
    'chain cluster-ips-check {', 'ip daddr @cluster-ips reject', '}',
    'chain filter-forward {', 'type filter hook forward priority -110', 'ct state new jump cluster-ips-check', '}',
    'chain filter-output {', 'type filter hook output priority -90', 'ct state new jump cluster-ips-check', '}',
    'chain nat-prerouting {', 'type nat hook prerouting priority dstnat', 'jump services', '}',
    'chain nat-output {', 'type nat hook output priority -100', 'jump services', '}',
    'chain nat-postrouting {', 'type nat hook postrouting priority srcnat', 'jump masquerading', '}',
    '}',
  ].join('\n');
}

/** The same Service by kube-proxy in iptables mode. */
export function kubeProxyRules({ podCIDR, clusterIP, port, endpoint }: ProxiedService): string {
  return [
    '-N KUBE-MARK-MASQ', '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-N KUBE-POSTROUTING', '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN', '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0', '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
    '-N KUBE-SEP-MCS', `-A KUBE-SEP-MCS -s ${endpoint}/32 -j KUBE-MARK-MASQ`, `-A KUBE-SEP-MCS -p tcp -j DNAT --to-destination ${endpoint}:${port}`,
    '-N KUBE-SVC-MCS', `-A KUBE-SVC-MCS ! -s ${podCIDR} -d ${clusterIP}/32 -p tcp --dport ${port} -j KUBE-MARK-MASQ`, '-A KUBE-SVC-MCS -j KUBE-SEP-MCS',
    '-N KUBE-SERVICES', `-A KUBE-SERVICES -d ${clusterIP}/32 -p tcp --dport ${port} -j KUBE-SVC-MCS`,
    '-I PREROUTING 1 -j KUBE-SERVICES', '-I OUTPUT 1 -j KUBE-SERVICES', '-I POSTROUTING 1 -j KUBE-POSTROUTING',
  ].map((rule) => `iptables-nft -t nat ${rule}`).join('\n');
}
