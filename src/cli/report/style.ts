const LIGHT = `--paper:#fdfcfa;--raised:#f5f3ee;--ink:#1f2226;--quiet:#555a61;--rule:#dedad2;--strong-rule:#8d8a83;--link:#0b5763;
--fail:#a8281c;--fail-wash:#fbeae6;--warn:#7d5200;--warn-wash:#faf0d9;--pass:#2b6443;--unknown:#575b72;--unknown-wash:#ececf2;
--heat0:#e4f0e8;--heat1:#ecf0da;--heat2:#f4ebc8;--heat3:#f3deaa;--heat4:#edcb8b`;

const DARK = `--paper:#17191c;--raised:#202327;--ink:#e7e4dd;--quiet:#a5a39c;--rule:#34383d;--strong-rule:#7b7f85;--link:#7fc8d3;
--fail:#ff9a8b;--fail-wash:#3d211d;--warn:#e6b65c;--warn-wash:#352a15;--pass:#86c79d;--unknown:#b3b6cc;--unknown-wash:#282a36;
--heat0:#1c3026;--heat1:#2b3120;--heat2:#38321d;--heat3:#47391c;--heat4:#59451c`;

const TEXT = `*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-feature-settings:"tnum";overflow-wrap:anywhere}
h1,h2,h3,h4,p,ul,dl{margin:0;padding:0}
h1{font-size:clamp(2rem,6vw,3.25rem);line-height:1.1;font-weight:600;letter-spacing:-.025em;text-wrap:balance}
h2{font-size:1rem;line-height:1.4;font-weight:650}
h2 .quiet{display:block;font-weight:400}
h3{font-size:1.2rem;line-height:1.35;font-weight:600;letter-spacing:-.005em}
h4{margin-top:1.1rem;font-size:.85rem;font-weight:600;color:var(--quiet)}
h3 .quiet{font-size:.9rem;font-weight:400}
ul{list-style:none}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.18em}
a:hover{text-decoration-thickness:2px}
code,pre{font:.87em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-feature-settings:normal}
pre{overflow-x:auto;background:var(--raised);padding:.7rem .9rem}
.quiet,.note,.eyebrow,.legend,.remarks{color:var(--quiet)}
:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:2px}
.hidden,.jump:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.jump{position:absolute;top:.5rem;left:.5rem;z-index:3;padding:.5rem 1rem;background:var(--paper)}`;

const LAYOUT = `header,nav,main,footer{max-width:76rem;margin:0 auto;padding:0 clamp(1rem,4vw,3rem)}
header{padding-top:clamp(2rem,7vw,5rem)}
.eyebrow{margin-bottom:.9rem;font-size:.9rem}
.lead{margin-top:1rem;font-size:1.15rem}
.faults{margin-top:.6rem;font-size:1.15rem}
.faults li{padding-left:1.4rem;text-indent:-1.4rem}
.faults li+li{margin-top:.25rem}
.faults li::before{content:"\\2717\\a0\\a0";color:var(--fail)}
.faults .quiet{font-size:.95rem}.faults .rest::before{content:"";padding-left:1.4rem}
.figures{display:flex;flex-wrap:wrap;gap:.5rem 2.25rem;margin-top:1.75rem}
.figures div{display:flex;flex-direction:row-reverse;align-items:baseline;gap:.4rem}
.figures dd{margin:0;font-size:1.6rem;font-weight:600;line-height:1}
.figures .none dd{font-weight:400;color:var(--quiet)}
.figures .fail dd{color:var(--fail)}.figures .warn dd{color:var(--warn)}.figures .pass dd{color:var(--pass)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin-top:1.75rem;font-size:.95rem}
nav a{display:inline-block;padding:.2rem 0}
main{padding-top:2.5rem}
main>section{border-top:1px solid var(--strong-rule);padding:1.1rem 0 3.25rem}
main>section>div{min-width:0;margin-top:1rem}
footer{padding-bottom:4rem;font-size:.9rem;color:var(--quiet)}
footer p+p{margin-top:.4rem}
@media(min-width:64rem){main>section{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:2rem}main>section>div{margin-top:0}main>section>h2{position:sticky;top:1.1rem;align-self:start}}`;

const FINDINGS = `.finding{scroll-margin-top:1rem;border-left:3px solid var(--fail);padding:.1rem 0 .1rem 1.25rem}
.finding+.finding{margin-top:2.25rem}
.finding.warn{border-color:var(--warn)}
.finding:target h3{text-decoration:underline;text-decoration-thickness:2px;text-underline-offset:.25em}
.tag{display:flex;flex-wrap:wrap;gap:0 .8rem;font-size:.9rem}
.tag code{color:var(--quiet)}
.word{color:var(--fail)}.warn .word{color:var(--warn)}
.evidence{margin-top:.4rem}
.commands li{display:flex;align-items:stretch;gap:.5rem;margin-top:.4rem}
.commands code{flex:1;min-width:0;padding:.45rem .75rem;background:var(--raised);white-space:pre-wrap;overflow-wrap:anywhere;border-radius:3px}
button{font:inherit;font-size:.82rem;color:var(--link);background:none;border:1px solid var(--rule);border-radius:3px;padding:.2rem .7rem;cursor:pointer;min-width:4.6rem}
button:hover{border-color:var(--link)}
.branches{margin-top:.5rem}
.branches li{position:relative;padding:.15rem 0 .15rem 1.6rem}
.branches li::before{content:"";position:absolute;left:.2rem;top:0;height:1.05rem;width:1rem;border:solid var(--strong-rule);border-width:0 0 1px 1px}
.branches li:not(:last-child)::after{content:"";position:absolute;left:.2rem;top:0;bottom:0;border-left:1px solid var(--strong-rule)}
.branches code{margin-right:.4rem;color:var(--quiet)}
.more{margin-top:1rem;font-size:.95rem}
.about+.about{margin-top:2rem}
.about{max-width:44rem;scroll-margin-top:1rem}
.about p{margin-top:.5rem}`;

const TABLES = `.scroll{overflow:auto;max-width:100%;position:relative;overflow-wrap:normal}
table{border-collapse:collapse}
.note{font-size:.9rem;padding-bottom:.8rem;max-width:46rem}
th{font-weight:600;text-align:left;vertical-align:top}
.matrix th{padding:.45rem .8rem .45rem 0}
.matrix td{border:2px solid var(--paper)}
.h0{background:var(--heat0)}.h1{background:var(--heat1)}.h2{background:var(--heat2)}.h3{background:var(--heat3)}.h4{background:var(--heat4)}
.b{background:var(--fail-wash)}.u{background:var(--unknown-wash)}.o{background:var(--raised)}
.words td{min-width:9.5rem;padding:.55rem .8rem;font-size:.9rem;vertical-align:top}
.words thead th{padding-left:.9rem}
.words li{white-space:nowrap}.words li span:first-child{display:inline-block;min-width:3.9rem;color:var(--quiet)}
.words :is(.h2,.h3,.h4) li span{color:inherit}.words li b{font-weight:400}.words .bad b,.words .differs b{font-weight:650}.words .bad b{color:var(--fail)}.words .bad>span+span{color:var(--fail)}
.words .unknown b,.words .off b{color:var(--unknown)}
.signs{font-size:.75rem}.scroll:has(.signs){max-height:85vh}
.signs td{min-width:2.4rem;padding:.25rem .3rem;text-align:center;border-width:1px;white-space:nowrap}
.signs .b{color:var(--fail);font-weight:650;box-shadow:inset 0 0 0 1px var(--fail)}.signs .u{color:var(--unknown)}
.signs thead th{position:sticky;top:0;z-index:1;background:var(--paper);padding:.3rem 0;vertical-align:bottom}.signs thead th:first-child{left:0;z-index:2}.signs thead span:not(.hidden){writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap}
.signs tbody th{position:sticky;left:0;background:var(--paper);padding:.2rem .6rem .2rem 0;white-space:nowrap}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin-top:.7rem;font-size:.9rem}
.swatch{display:inline-block;width:1.1rem;height:.8rem;margin-right:.4rem;border:1px solid var(--strong-rule)}
.remarks{margin-top:1rem;font-size:.95rem}.remarks li{padding-left:1rem;text-indent:-1rem}
.latency{width:100%;min-width:44rem}
.latency th,.latency td{padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--rule);vertical-align:middle}
.latency th .quiet{display:block;font-size:.85rem;font-weight:400}
.latency thead th{font-size:.85rem;vertical-align:bottom}.latency .number,.latency thead th:nth-child(n+3){text-align:right;white-space:nowrap}
.latency svg{display:block}.latency text{font-size:11px;fill:var(--quiet)}.grid{stroke:var(--rule)}.range{stroke:var(--pass);stroke-width:2.5;stroke-linecap:round}.mean{fill:var(--pass)}.last{stroke:var(--ink);stroke-width:1.5}
.cluster+.cluster{margin-top:2rem}
details{margin-top:.5rem}
summary{cursor:pointer;padding:.2rem 0}
.fail>summary{color:var(--fail);font-weight:600}.warn>summary{color:var(--warn);font-weight:600}
.checks{width:100%;margin:.1rem 0 .8rem;table-layout:fixed}
.checks tbody th,.checks td{padding:.4rem 1rem .4rem 0;border-top:1px solid var(--rule);font-size:.95rem;font-weight:400;vertical-align:top;overflow-wrap:anywhere}
.checks thead th{width:50%;line-height:0}.checks tbody th code{display:block;color:var(--quiet)}
@media(max-width:36rem){.commands li{flex-wrap:wrap}.commands code{flex-basis:100%}.checks tbody th,.checks td{display:block;padding-right:0}.checks td{border-top:0;padding-top:0;color:var(--quiet)}}`;

// the picture of src/cli/topology, in the colours of the page
const TOPOLOGY = `#topology svg{display:block;max-width:100%;height:auto;min-width:36rem}
#topology text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;fill:var(--ink)}
#topology .bg{fill:none}#topology .box{fill:var(--raised);stroke:var(--strong-rule)}#topology .far{stroke-dasharray:5 4}#topology .name{font-weight:600}#topology .dim{fill:var(--quiet)}
#topology .link{stroke:var(--strong-rule);stroke-dasharray:2 4}#topology .tunnel{stroke-width:2.5}#topology .ok{stroke:var(--pass)}
#topology .bad{stroke:var(--fail);stroke-dasharray:8 5}#topology .unknown,#topology .off{stroke:var(--warn);stroke-dasharray:8 5}#topology .plate{fill:var(--paper);opacity:.92}`;

const PRINT = `@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media(forced-colors:active){.finding{border-left-color:CanvasText}.swatch,.matrix td{border:1px solid CanvasText}}
@page{margin:16mm 14mm}
@media print{:root{${LIGHT.replaceAll('\n', '')};--paper:#fff;font-size:9.5pt}nav,button,.jump{display:none}
header{padding-top:0}header,main,footer{max-width:none;padding-left:0;padding-right:0}main>section{display:block;padding-bottom:1.4rem}main>section>h2{position:static}main>section>div{margin-top:.6rem}
.finding,tr,.about{break-inside:avoid}h2,h3,h4,summary{break-after:avoid}.scroll,.scroll:has(.signs){overflow:visible;max-height:none}.signs tbody th,.signs thead th{position:static}.signs{font-size:5pt}
details::details-content{content-visibility:visible;block-size:auto;opacity:1}summary{list-style:none}.latency{min-width:0}#topology svg{min-width:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`;

/** The style of a page: all colours are variables, and the reader's system says whether it is light or dark. */
export const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media(prefers-color-scheme:dark){:root{${DARK}}}
${[TEXT, LAYOUT, FINDINGS, TABLES, TOPOLOGY, PRINT].join('\n')}
`;
