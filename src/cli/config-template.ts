/** The `holdfast.toml` that `init` writes: every setting with its default, and what it is for. A test keeps the two equal. */
export const CONFIG_TEMPLATE: string = `# Settings of this Holdfast home. Options of the command line and the environment stand above them.
# Lines that begin with # are comments. A setting that is left out has the value shown here.

[serve]
# Address and port of \`holdfast serve\`. 127.0.0.1 is this computer alone.
listen = "127.0.0.1:8480"
# Host names under which others reach it, for example behind a web server: ["archive.example"]
hostNames = []
# true lets \`listen\` be an address that other computers reach. They then see your address, and you see theirs.
allowRemote = false
# Address and port of /metrics for Prometheus, for example "127.0.0.1:9480". Always this computer alone: counts that anybody
# can watch tell when somebody reads. Empty: none.
metrics = ""
# File to which \`holdfast serve\` appends JSON lines: starts, stops, faults, answers a minute. Never who, and never what.
# "-" is standard error. Empty: none.
log = ""

[p2p]
# For \`holdfast serve --p2p\`. Who sees what then: docs/guides/serving-to-ipfs.md.
listen = ["/ip4/127.0.0.1/tcp/8481"]
# true lets \`listen\` hold addresses that other computers reach.
allowRemote = false
# What peers are told instead of \`listen\`, for example ["/ip4/192.0.2.7/tcp/8481"].
announce = []
# The only peers that are dialled, for example ["/ip4/192.0.2.9/tcp/4001/p2p/12D3KooW..."]. Nobody else is looked for.
peers = []
# libp2p does not go through \`proxy\` below. true lets it run although that is set, here and for \`mirror add --peer\`.
aroundProxy = false
# Connections at once; bytes of blocks on their way out, over all of them.
maxConnections = 32
maxQueuedBytes = 75497472

[manifest]
# Where your manifest is published: ["https://archive.example/manifest"]. Before anything is signed, these copies are
# asked for the newest head, so that an old backup of this home cannot contradict what others have already seen.
urls = []
# Who is asked to cosign each head of your manifest: [{ url = "https://witness.example", vkey = "NAME+…" }]. They see your
# address and the head. Whose signature is needed before a head becomes public stands in policy.txt.
witnesses = []
# Verifier keys of others whose cosignatures are taken when they are brought to \`holdfast serve\`, such as mirrors and holders.
cosigners = []

[witness]
# Verifier keys of the manifests that \`holdfast serve\` cosigns: ["archive.example/testimony+…"]. Needs \`holdfast key make\`.
logs = []

[announce]
# Who is told by \`holdfast announce\` under which content ID everything is found. They see your address and the name, and may tell
# everybody. Delegated routers: ["https://delegated-ipfs.dev"]. RPC of a Kubo: "http://127.0.0.1:5001". Empty: nobody is told.
routers = []
kubo = ""

[network]
# Proxy for every request that goes out, for example "socks5h://127.0.0.1:9050" for Tor. Empty: none.
# Variables such as HTTPS_PROXY are not read.
proxy = ""

[operator]
# Who decides what is published. Kept in the private catalogue beside each decision; never published.
name = ""

[place]
# Who runs this home, which is itself a place that has your files. The same three stand in the sections of engines.toml.
# Nothing of this is published. \`country\` is two capitals, such as "NO"; \`runBy\` is "person", "organisation" or "company".
operator = ""
country = ""
runBy = ""

[rules]
# How independent of each other the copies of each published bundle must be: \`operators = 3\`, \`countries = 2\` and
# \`maxCompanies = 1\` say at least 3 operators in 2 countries, of whom at most 1 is a company. An operator counts once,
# however many places it runs; whoever is not named counts as one operator, in no country, and as a company.
# 0 asks for nothing. \`holdfast list --where rules=broken\` names what breaks them.
operators = 0
countries = 0
maxCompanies = 32
# A copy counts once \`holdfast audit\` has read blocks of it back within so many days. 0 believes what places say.
provenDays = 90
`
