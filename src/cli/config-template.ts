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

[manifest]
# Where your manifest is published: ["https://archive.example/manifest"]. Before anything is signed, these copies are
# asked for the newest head, so that an old backup of this home cannot contradict what others have already seen.
urls = []

[network]
# Proxy for every request that goes out, for example "socks5h://127.0.0.1:9050" for Tor. Empty: none.
# Variables such as HTTPS_PROXY are not read.
proxy = ""

[operator]
# Who decides what is published. Kept in the private catalogue beside each decision; never published.
name = ""
`
