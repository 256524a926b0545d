//! The table. A sentence begins with the thing and says its fault, an action begins with what to do.

use super::Row;
use super::Step::{
    self, Configuration, Connection, Name, Output, Request, Secret, SignIn, Terminal, Tls,
};
use super::Who::{self, Between, Machine, Organisation, Proxy, Server};

const fn row(who: Who, step: Step, sentence: &'static str, action: &'static str) -> Row {
    Row {
        who,
        step,
        sentence,
        action,
    }
}

/// One list, of which the names, their documentation, and the rows are made.
macro_rules! causes {
    ($($name:ident: $who:expr, $step:expr, $sentence:literal, $action:literal;)+) => {
        /// An entry of the table, named by what was seen.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause {
            $(#[doc = concat!("`", $sentence, "`")] $name,)+
        }

        impl Cause {
            /// Every entry.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Who spoke, at which step, what is said of it and what to do.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$name => row($who, $step, $sentence, $action),)+
                }
            }
        }
    };
}

causes! {
    // On the way: names and connections.
    NameUnknown: Machine, Name, "the host name {host} could not be resolved ({said})",
        "Check the spelling in base_url, and this machine's DNS.";
    NameWithoutAddress: Machine, Name, "the name {host} has no address ({said})",
        "Check its spelling, and the DNS that was asked.";
    DnsSilent: Machine, Name, "no resolver answered ({said})",
        "Check the resolvers, and the way to them.";
    DnsNameMissing: Server, Name, "{at} says that there is no such name",
        "Check its spelling, or its zone.";
    DnsNameEmpty: Server, Name, "{at} says that the name exists and has no A, AAAA, SRV or NAPTR record",
        "Add one to its zone, or name the host that has one.";
    ConnectionRefused: Server, Connection, "the connection was refused",
        "Check the host and port of base_url, and that no firewall rejects it.";
    PeerRefused: Server, Connection, "{at} refused the connection",
        "Check that something listens there, and that no firewall rejects it.";
    ConnectingTooSlow: Machine, Connection, "connecting to {at}: nothing came within {seconds} s",
        "Check the address, the route and the firewalls between.";
    ConnectingFailed: Machine, Connection, "connecting to {at} failed ({said})",
        "Check the network.";
    ConnectionGone: Machine, Connection, "the connection is gone again ({said})",
        "Try again; check the network if it goes on.";
    ConnectionBroken: Machine, Connection, "the connection failed ({said})",
        "Check the network.";
    TooSlow: Organisation, Request, "it took longer than {seconds} s",
        "Try again later: the organisation or the way to it is slow or stalled.";
    // The proxy.
    ProxyUnknown: Proxy, Name, "the proxy {proxy} has no address ({said})",
        "Check the spelling of the proxy, and this machine's DNS.";
    ProxyRefused: Proxy, Connection, "the proxy {proxy} refused the connection: nothing listens there",
        "Check the proxy's host and port, or unset it.";
    ProxyWantsLogin: Proxy, Connection, "the proxy {proxy} asks for a login that it accepts (HTTP 407)",
        "Check the user and the password of the proxy.";
    ProxyForbids: Proxy, Connection, "the proxy {proxy} does not let this connection through: {page}",
        "Ask whoever runs the proxy to allow the host.";
    ProxyTooSlow: Proxy, Connection, "the proxy {proxy} did not answer within {seconds} s",
        "Check the proxy, and the way to it.";
    ProxyBroken: Proxy, Connection, "the proxy {proxy} failed ({said})",
        "Check that it is a proxy of that kind.";
    // Somebody else answers.
    PageInPlace: Between, Request, "{call} was answered by something in between, and not by the organisation: {page}",
        "Open the address in a browser on this machine, or ask whoever runs the network: a proxy, a web filter or a sign-in page stands in the way.";
    PageRefuses: Between, Request, "{call} answered {refusal}. That is not the organisation's own answer",
        "Open the address in a browser on this machine, or ask whoever runs the network: a proxy, a web filter or a sign-in page stands in the way.";
    GatewayFails: Between, Request, "{call} answered {refusal}. That is not the organisation's own answer, but of a proxy or gateway on the way to it",
        "Try again later; ask whoever runs the network if it goes on.";
    // Signing in.
    SignInRefused: Organisation, SignIn, "signing in failed: {call} answered {refusal}. Either this OAuth client belongs to another region than {host}, or its id or secret is wrong",
        "Check region or login_url, and client_id and the client secret.";
    SignInRefusedWithOddSecret: Organisation, SignIn, "signing in failed: {call} answered {refusal}, and {doubt}",
        "Write the secret as one line with nothing around it; if it is right, check client_id, and whether {host} is the client's region (region, or login_url).";
    ScopeMissing: Organisation, SignIn, "{call} was not sent: the token was granted without {missing}",
        "Ask an administrator to add what is missing to the scopes of this OAuth client.";
    // What the organisation refuses.
    NotAUser: Organisation, Request, "{call} answered {refusal}. An OAuth client is no user, and only users may do this",
        "Sign in with :login.";
    TokenRefused: Organisation, Request, "{call} answered {refusal}. A new token was tried and refused as well",
        "Check that the OAuth client is enabled, or sign in again with :login.";
    TokenRefusedOrScopes: Organisation, Request, "{call} answered {refusal}. A new token was tried and refused as well",
        "Check that the OAuth client is enabled and has the scopes {scopes}.";
    ClientLacks: Organisation, Request, "{call} answered {refusal}. It lacks {needed}",
        "Ask an administrator for a role of this OAuth client with it.";
    PersonLacks: Organisation, Request, "{call} answered {refusal}. It lacks {needed}",
        "Ask an administrator for a role of the person who has signed in with it.";
    ClientLacksSomething: Organisation, Request, "{call} answered {refusal}. It lacks a permission",
        "Ask an administrator for a role of this OAuth client that has it.";
    PersonLacksSomething: Organisation, Request, "{call} answered {refusal}. It lacks a permission",
        "Ask an administrator for a role of the person who has signed in that has it.";
    ScopesLacking: Organisation, Request, "{call} answered {refusal}. The OAuth client needs the scopes {scopes}",
        "Ask an administrator to grant them.";
    Redirected: Organisation, Request, "{call} answered {refusal}. A redirect is not followed, because it would carry the token to another place",
        "Check base_url.";
    NoCarriers: Organisation, Request, "{call} answered {refusal}. This organisation has no list of carriers",
        "Nothing to do: registrations are watched all the same.";
    NotThere: Organisation, Request, "{call} answered {refusal}. Not found",
        "Check base_url and the id.";
    LimitReached: Organisation, Request, "{call} answered {refusal}. The rate limit is used up",
        "Wait a minute, or lower this profile's requests_per_minute.";
    LimitReachedFor: Organisation, Request, "{call} answered {refusal}. The rate limit is used up",
        "Wait {seconds} s, as the organisation asks.";
    OrganisationFails: Organisation, Request, "{call} answered {refusal}. The organisation has trouble of its own",
        "Try again later, and give it the contextId if it goes on.";
    NotAccepted: Organisation, Request, "{call} answered {refusal}. The organisation does not accept the call",
        "Check base_url and the version of this console.";
    AnswerUnusable: Organisation, Request, "{call} answered something that cannot be used: {reason}",
        "Check that base_url is the API of a Genesys Cloud organisation.";
    // Transfers that the Platform API refuses.
    TransferFromNobody: Organisation, Request, "{call} answered {refusal}. Whoever is to be replaced is not connected (any more)",
        "Read the call again (r) and transfer it from where it is.";
    TransferToSameParty: Organisation, Request, "{call} answered {refusal}. The destination is in this call already",
        "Choose another one.";
    TransferToNoQueue: Organisation, Request, "{call} answered {refusal}. There is no such queue",
        "Check its id; the form offers those that have calls.";
    TransferUnattended: Organisation, Request, "{call} answered {refusal}. A call that a queue has brought is not given away unannounced here",
        "Announce it (C), or transfer it to a queue.";
    TransferToNobody: Organisation, Request, "{call} answered {refusal}. The destination is missing",
        "Name a user, a queue or a number.";
    TransferOfChat: Organisation, Request, "{call} answered {refusal}. A chat cannot go to a number",
        "Choose a user or a queue.";
    TransferOfOutsider: Organisation, Request, "{call} answered {refusal}. Whoever is outside cannot be replaced",
        "Transfer it from the agent who has it.";
    TransferWithoutStation: Organisation, Request, "{call} answered {refusal}. They have no station to take a call with",
        "Associate one with them (Registrations), or choose somebody else.";
    TransferOfConference: Organisation, Request, "{call} answered {refusal}. More than two talk in it, or it is announced already",
        "Let somebody leave, or end what is under way, first.";
    TransferToSelf: Organisation, Request, "{call} answered {refusal}. The destination is the one who transfers",
        "Choose another one.";
    ConsultNotUnderWay: Organisation, Request, "{call} answered {refusal}. No announcement is under way there (any more)",
        "Read the call again (r).";
    AgentNotConnected: Organisation, Request, "{call} answered {refusal}. The agent is not connected in it (any more)",
        "Read the call again (r).";
    CallerNotConnected: Organisation, Request, "{call} answered {refusal}. The caller is not connected (any more)",
        "Read the call again (r).";
    ConversationUnknown: Organisation, Request, "{call} answered {refusal}. The organisation does not know this conversation (any more)",
        "Check its id.";
    // Webhooks of ours.
    WebhookMoved: Server, Request, "{at} answered {status}: it has moved",
        "Set its new address in the profile.";
    WebhookForbids: Server, Request, "{at} answered {status}",
        "Check the address of the webhook, which often holds its key.";
    WebhookGone: Server, Request, "{at} answered {status}: it is not there",
        "Check its address.";
    WebhookFails: Server, Request, "{at} answered {status}",
        "Look at the receiver, then send again.";
    WebhookSilent: Server, Request, "{at} did not answer within {seconds} s",
        "Look at the receiver, then send again.";
    WebhookUnreachable: Machine, Connection, "{at} could not be reached: {said}",
        "Check its address, and the way to it.";
    // Programs that alerts are given to.
    TargetNotRun: Machine, Request, "{program} cannot be started: {said}",
        "Check the path of the target's command.";
    TargetFailed: Machine, Request, "{program} ended with {status}{said}",
        "Look at the program, then send again.";
    TargetStalled: Machine, Request, "{program} did not end within {seconds} s and was killed",
        "Look at the program, or raise timeout_seconds of the target, then send again.";
    // The secret.
    SecretUnset: Machine, Secret, "the secret should be in {name}, which is not set",
        "Set it, or name another place in the profile.";
    SecretUnreadable: Machine, Secret, "the secret in {path} cannot be read ({said})",
        "Check the path, and who may read the file.";
    SecretNoFile: Machine, Secret, "the secret should be in {path}, which is not a regular file",
        "Name a file that holds it.";
    SecretExposed: Machine, Secret, "{path} holds a secret and others may open it (mode {mode})",
        "Run `chmod 600 {quoted}`.";
    SecretHelperNotRun: Machine, Secret, "{program} cannot be run for the secret ({said})",
        "Check that it is installed and in PATH.";
    SecretHelperFailed: Machine, Secret, "{program} should print the secret, and ended with {status}{said}",
        "Run it by hand to see why.";
    SecretHelperStalled: Machine, Secret, "{program} should print the secret, and did not end within {seconds} s",
        "Run it by hand to see what it waits for: it has no standard input and no terminal, unless client_secret_command_tty = true.";
    SecretHelperStalledAtTerminal: Machine, Secret, "{program} has had the terminal for {seconds} s and has not printed the secret",
        "Run it by hand to see what it waits for.";
    SecretEmpty: Machine, Secret, "the secret from {place} is empty",
        "Put the secret there.";
    SecretOdd: Machine, Secret, "the secret from {place} {odd}",
        "Write it as one line with nothing around it.";
    SecretTooLong: Machine, Secret, "what {place} gives is longer than {most} bytes, so it is no secret",
        "Put the secret there, and nothing else.";
    SecretNotText: Machine, Secret, "the secret from {place} is not UTF-8 text",
        "Save it as UTF-8 text.";
    // This machine.
    ClockApart: Machine, Configuration, "{skew}",
        "Set this machine's clock (NTP).";
    StateUnwritable: Machine, Configuration, "{path} cannot be written ({said}), and without it no write is sent",
        "Free the disk or fix the permissions.";
    StateOpen: Machine, Configuration, "{path} is open to others (mode {mode})",
        "Run `chmod 700` on it.";
    NoProfile: Machine, Configuration, "there is no profile",
        "Write one: trunkline config init.";
    ConfigMistaken: Machine, Configuration, "the configuration has {count}",
        "Correct each where it stands, then run `trunkline config check`.";
    ConfigAbsent: Machine, Configuration, "there is no configuration file {path}, which {origin} names",
        "Correct the path, or write a first one with `trunkline config init`.";
    ConfigUnreadable: Machine, Configuration, "the configuration {path} cannot be read ({said})",
        "Check its owner and mode.";
    ConfigWritable: Machine, Configuration, "others may write {path} (mode {mode}), which decides which commands are run and where credentials go",
        "Run `chmod go-w` on it.";
    ConfigUnnamed: Machine, Configuration, "{variable} is set, but there is no configuration file {path}, so that base_url is missing",
        "Write one with `trunkline config init`, or unset {variable}.";
    ConfigUndecided: Machine, Configuration, "{path} has the profiles {names}, and none is chosen",
        "Choose one with --profile NAME, TRUNKLINE_PROFILE, or a top-level profile = \"NAME\".";
    ConfigHomeless: Machine, Configuration, "there is no home directory to look for the configuration in",
        "Set HOME, or name the file with --config FILE.";
    ConfigThere: Machine, Configuration, "{path} exists and is left as it is",
        "Edit it, or name another file with --config FILE.";
    ConfigUnwritable: Machine, Configuration, "{path} cannot be written ({said})",
        "Check the directory, or name another file with --config FILE.";
    NobodySignsIn: Machine, Configuration, "nobody can sign in: the profile has neither a client_id nor a section person",
        "Add one of them.";
    PlatformOnly: Machine, Configuration, "this is a call of the Platform API, and the profile is of the direct one",
        "Set api = \"platform\" where the organisation is one of Genesys Cloud.";
    AddressWithLogin: Machine, Configuration, "{key} holds a user name or password",
        "Take them out; credentials are client_id and a client secret.";
    AddressWithQuery: Machine, Configuration, "{key} has a query or a fragment",
        "Give scheme, host and port, as https://api.mypurecloud.com.";
    AddressInTheClear: Machine, Configuration, "{key} is plain http, which would send credentials in the clear and is for this machine alone",
        "Use https.";
    AddressOfAnotherKind: Machine, Configuration, "{key} is not an https URL",
        "Write it as https://HOST.";
    AuthoritiesTorn: Machine, Configuration, "ca_file cannot be read as PEM",
        "Write it as PEM, with BEGIN CERTIFICATE lines.";
    AuthoritiesNone: Machine, Configuration, "ca_file holds no certificate",
        "Write it as PEM, with BEGIN CERTIFICATE lines.";
    AuthoritiesUnfit: Machine, Configuration, "ca_file holds a certificate that cannot stand for an authority",
        "Name the authority's own certificate (`openssl x509 -text` shows what is in the file).";
    AuthoritiesAbsent: Machine, Configuration, "no trusted certificate authority was found on this machine",
        "Install its CA certificates, or set ca_file in the profile.";
    ClientCertificateNone: Machine, Configuration, "client_cert_file holds no certificate",
        "Write it as PEM, with BEGIN CERTIFICATE lines.";
    ClientCertificateTorn: Machine, Configuration, "client_cert_file is damaged",
        "Write it as PEM.";
    ClientKeyUnread: Machine, Configuration, "client_key_file holds no private key that can be read",
        "Write it as PEM and not encrypted (`openssl pkey` takes a passphrase off).";
    ClientKeyOfAnother: Machine, Configuration, "client_key_file holds the key of another certificate than client_cert_file",
        "Name the pair that belongs together.";
    ClientKeyUnfit: Machine, Configuration, "client_key_file holds a key of a kind that cannot be used",
        "Use RSA of 2048 bits or more, ECDSA P-256 or P-384, or Ed25519.";
    IdUnfit: Machine, Configuration, "{id} cannot be an id: no URL can carry it",
        "Check the id, and registrations.users in the profile.";
    NotMade: Machine, Configuration, "{what} cannot be set up ({said})",
        "Restart the console; report it if it goes on.";
    NotSendable: Machine, Request, "{what} cannot be sent ({said})",
        "Check base_url; if that is right, report it as a fault of this console.";
    // Who signs in.
    PersonNowhere: Machine, SignIn, "this needs a person, and the profile has no client to sign in through",
        "Add its section person.";
    PersonNobody: Machine, SignIn, "this needs a user sign-in",
        "Run :login, or `trunkline login`.";
    PersonEnded: Machine, SignIn, "this needs a person, and the sign-in has ended",
        "Run :login, or `trunkline login`.";
    PersonSpent: Machine, SignIn, "the sign-in has ended and cannot be renewed",
        "Run :login, or `trunkline login`.";
    ClientNowhere: Machine, SignIn, "the profile has no client to sign in with",
        "Set client_id and the place of its secret.";
    // The terminal and the output.
    TerminalIsNone: Machine, Terminal, "cannot open the console: {stream} is not a terminal",
        "Run it in one, without redirection, or use `trunkline get`.";
    TerminalUnnamed: Machine, Terminal, "cannot open the console: TERM is not set, so that nobody knows what this terminal can do",
        "Set TERM to what this terminal is (for example xterm-256color), or use `trunkline get`.";
    TerminalUnfit: Machine, Terminal, "cannot open the console: a terminal of the kind {term} (TERM) cannot move its cursor",
        "Set TERM to what this terminal is (for example xterm-256color), or use `trunkline get`.";
    TerminalNotSetUp: Machine, Terminal, "cannot {doing} the terminal ({said})",
        "Try another terminal, or use `trunkline get`.";
    TerminalGone: Machine, Terminal, "cannot {doing} the terminal ({said})",
        "Open the console again: the terminal was closed or disconnected.";
    NotSuspended: Machine, Terminal, "the console cannot be suspended ({said})",
        "Use another terminal for the shell.";
    TerminalNotLookedAt: Machine, Terminal, "this is not a terminal, and the console needs one",
        "Run it in a terminal to have that looked at too.";
    LocaleOfBytes: Machine, Terminal, "{terminal}. The locale is not UTF-8, so that the console is drawn in ASCII",
        "Set LANG to a locale of UTF-8, such as C.UTF-8, if the terminal can show it.";
    EditorAbsent: Machine, Terminal, "the editor {program} cannot be run ({said})",
        "Set VISUAL or EDITOR to an editor that is installed; the form is as it was.";
    EditorFailed: Machine, Terminal, "the editor {program} ended with {said}, so that its text was not taken",
        "Run it by hand to see why; the form is as it was.";
    EditorWithoutFile: Machine, Terminal, "the editor {program} cannot be given a file ({said})",
        "Free the disk or fix the permissions of the state directory; the form is as it was.";
    PagerAbsent: Machine, Terminal, "the pager {program} cannot be run ({said})",
        "Set PAGER to a pager that is installed.";
    PagerFailed: Machine, Terminal, "the pager {program} ended with {said}",
        "Run it by hand to see why.";
    OutputClosed: Machine, Output, "standard output is closed, so that nothing can be printed",
        "Send it to a file or a pipe, or to /dev/null if nobody is to read it.";
    OutputFull: Machine, Output, "standard output cannot be written, the disk is full",
        "Free the disk, or write elsewhere.";
    OutputUnwritable: Machine, Output, "standard output cannot be written: {said}",
        "Check where it leads.";
    // STUN and TURN.
    StunSilent: Server, Request, "no answer from {at} to {requests} within {seconds} s",
        "Check the port, and that firewalls let it through both ways.";
    StunBroken: Server, Connection, "the connection to {at} broke ({said})",
        "Try again; check the network and the server if it goes on.";
    StunError: Server, Request, "the server answered with the error {error}",
        "Look into its log for why.";
    StunNonsense: Server, Request, "the server does not answer as STUN does: {said}",
        "Check the port; another protocol may live there.";
    SipNonsense: Server, Request, "the server does not answer as SIP does: {said}",
        "Check the port and the transport; another protocol may live there.";
    StunWantsCredentials: Server, Request, "{at} is reachable, answered in {after}, and wants credentials{realm}{again}",
        "A TURN probe can bring them: name it under probes.turn in the profile.";
    StunRealmMissing: Server, Request, "the server is reachable and wants credentials, and does not say for which realm, so that nobody can give it any",
        "Set the realm in the server's configuration: that is a fault of the server, not of the credentials.";
    StunAlternate: Server, Request, "the server is reachable and sends its clients to {alternate} (300 Try Alternate)",
        "Probe that one instead.";
    StunAlternateUnnamed: Server, Request, "the server is reachable and sends its clients elsewhere, without saying where (300 Try Alternate)",
        "Set the alternate in the server's configuration, or probe the other one.";
    TurnCredentialsMissing: Server, Request, "the server wants credentials (realm {realm}) and there are none",
        "Name the server with its username and password under probes.turn in the profile; a STUN probe needs none.";
    TurnCredentialsRefused: Server, Request, "the server refused the user {user} (realm {realm})",
        "Check the username and password under probes.turn in the profile; a time-limited password may have run out.";
    TurnUnsigned: Server, Request, "the server granted it and did not sign its answer, as it must once it has taken credentials (RFC 8489 §9.2.4), so that anybody may have answered",
        "Check that the server authenticates its users (lt-cred-mech of coturn); something in between may answer in its place.";
    TurnSignedByAnother: Server, Request, "the server signed its answer with another password than this user's (RFC 8489 §9.2.5)",
        "Check that both sides have the same password; something in between may answer in its place.";
    TurnAsksAgain: Server, Request, "the server asked for the credentials again {rounds} times",
        "Check its nonces: several servers behind one address must share them.";
    ProbeNotSetUp: Machine, Request, "the probe cannot be set up ({said})",
        "Check the profile; the log of this console has the details.";
    ServiceTooSlow: Server, Request, "nothing came within {seconds} s",
        "Look at the service and the way to it: one of them is slow or stalled.";
    // The certificate itself.
    CertificateExpired: Server, Tls, "the certificate of {at} expired on {day}",
        "Renew it, or check this machine's clock.";
    ChainExpired: Server, Tls, "a certificate above that of {at}, {name}, expired on {day}",
        "The server must send a chain that is still valid; check this machine's clock too.";
    CertificateNotYetValid: Server, Tls, "the certificate of {at} is not valid yet, but from {day} on",
        "Check this machine's clock.";
    CertificateOfAnother: Server, Tls, "the certificate of {at} is not for {host}, but for {names}",
        "Check the host name; something else may be answering in its place.";
    CertificateNamesNobody: Server, Tls, "the certificate of {at} is not for {host}: it names no host at all (no subjectAltName)",
        "Have it issued again with {host} as a subjectAltName.";
    CertificateNameInCommonName: Server, Tls, "the certificate of {at} has its name only in the common name (CN), where no client looks any more (RFC 9525)",
        "Have it issued again with {host} as a subjectAltName.";
    CertificateSelfSigned: Server, Tls, "the certificate of {at} is self-signed: nobody else vouches for it",
        "Most likely the server lacks its real certificate; if it is meant to be, {trust}.";
    CertificateSelfSignedAuthority: Server, Tls, "the certificate of {at} is self-signed and marked as an authority (CA:TRUE, which openssl does by default), so that it cannot stand for a server, whether or not ca_file names it",
        "Make it again with CA:FALSE, or have it issued by an authority.";
    CertificateOfAnAuthority: Server, Tls, "the certificate that {at} shows as its own, {name}, is an authority's (CA:TRUE), and cannot stand for a server",
        "Give the server a certificate of its own, issued by that authority.";
    CertificateNotForServers: Server, Tls, "the certificate of {at} is not made for servers (its extended key usage lacks serverAuth)",
        "Have it issued again for serverAuth.";
    CertificateWeakSignature: Server, Tls, "the certificate {name} in the chain of {at} is signed by {algorithm}, which is accepted no longer",
        "Have it issued again, signed with SHA-256 or better.";
    CertificateWeakKey: Server, Tls, "the certificate {name} in the chain of {at} has an RSA key of {bits} bits, which is too short to be accepted",
        "Have it issued again with a key of 2048 bits or more.";
    CertificateRevoked: Server, Tls, "the certificate of {at} is revoked",
        "Have a new one issued, and find out why.";
    CertificateUnfit: Server, Tls, "the certificate of {at} is damaged or breaks the rules for certificates (RFC 5280)",
        "Have it issued again; `openssl verify` says what is wrong with it.";
    // The chain above it.
    IssuerNotSent: Server, Tls, "{at} sends its own certificate alone, without that of its issuer, {issuer}: an intermediate is missing from the chain, or {issuer} is a root that is not trusted here",
        "Have the server send the intermediate too (the full chain); if {issuer} is a root of your own, {trust}.";
    ChainEndsInNothing: Server, Tls, "the chain of {at} ends at {name}, whose issuer, {issuer}, is neither sent nor trusted here",
        "If {issuer} is a root of your own, {trust}; else a further intermediate is missing, and the server must send it.";
    RootUnknown: Server, Tls, "the chain of {at} ends at the root {name}, which is not trusted here",
        "If it is your own, {trust}; else something may be answering in its place.";
    IssuerOfThatNameHasAnotherKey: Server, Tls, "the certificate of {at} is issued in the name of {issuer} and not by the key of the authority of that name that is trusted here",
        "If the authority was made again, put its new certificate into ca_file; else something may be answering in its place.";
    // The client's own certificate.
    ClientCertificateDemanded: Server, Tls, "the server {at} demands a client certificate, and there is none to show",
        "Name one with client_cert_file and client_key_file in the profile, or --client-cert and --client-key of a probe; whoever runs the server issues it.";
    ClientCertificateDemandedFrom: Server, Tls, "the server {at} demands a client certificate, issued by {issuers}, and there is none to show",
        "Name one with client_cert_file and client_key_file in the profile, or --client-cert and --client-key of a probe.";
    ClientCertificateRefused: Server, Tls, "the server {at} refused the client certificate that was shown (alert {alert})",
        "Check that it is still valid; ask whoever runs the server which authorities it accepts.";
    // The handshake.
    TlsTooOld: Server, Tls, "{at} offers nothing newer than TLS 1.1; TLS 1.2 or newer is needed",
        "Upgrade or reconfigure it.";
    TlsNameUnknown: Server, Tls, "{at} does not know the name {host}",
        "Check the host name, or have it added there.";
    TlsRefused: Server, Tls, "{at} ended the TLS handshake with the alert {alert}",
        "It may want a client certificate, another name, or have no cipher suite in common; its own log says which.";
    TlsNothingInCommon: Server, Tls, "{at} speaks TLS, and no version, cipher suite or signature could be agreed on",
        "Allow it TLS 1.2 with ECDHE and AES-GCM, or TLS 1.3.";
    TlsSpokenWrongly: Server, Tls, "{at} broke the rules of TLS in the handshake",
        "Check what stands there; a device in between may be meddling.";
    NotTls: Server, Tls, "{at} answered with something that is not TLS",
        "Check the port; another protocol may live there.";
    TlsBroken: Server, Tls, "{at} took the connection and broke it during the TLS handshake",
        "It may not speak TLS on this port; its own log says why.";
    TlsStalled: Server, Tls, "{at} took the connection and did not finish the TLS handshake within {seconds} s",
        "It may not speak TLS on this port, or is stalled.";
    TlsOther: Server, Tls, "the TLS handshake with {at} failed",
        "TLS 1.2 or newer with a valid certificate is needed; the log of this console has the details.";
}

/// What `{trust}` says where a profile names no authority.
pub const NAME_IT: &str = "name it with ca_file in the profile";

/// What `{trust}` says where it does.
pub const ADD_IT: &str = "add it to ca_file, which does not hold it";
