//! The table. A sentence begins with the thing and says its fault, an action begins with what to do.

use super::Row;
use super::Step::{self, Configuration, Connection, Name, Request, Secret, SignIn, Tls};
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
    NameUnknown: Machine, Name,
        "the host name {host} could not be resolved ({said})",
        "Check the spelling in base_url, and this machine's DNS.";
    NameWithoutAddress: Machine, Name,
        "the name {host} has no address ({said})",
        "Check its spelling, and the DNS that was asked.";
    ConnectionRefused: Server, Connection,
        "the connection was refused",
        "Check the host and port of base_url, and that no firewall rejects it.";
    PeerRefused: Server, Connection,
        "{at} refused the connection",
        "Check that something listens there, and that no firewall rejects it.";
    ConnectingTooSlow: Machine, Connection,
        "connecting to {at}: nothing came within {seconds} s",
        "Check the address, the route and the firewalls between.";
    ConnectingFailed: Machine, Connection,
        "connecting to {at} failed ({said})",
        "Check the network.";
    ConnectionGone: Machine, Connection,
        "the connection is gone again ({said})",
        "Try again; check the network if it goes on.";
    ConnectionBroken: Machine, Connection,
        "the connection failed ({said})",
        "Check the network.";
    TooSlow: Organisation, Request,
        "it took longer than {seconds} s",
        "Try again later: the organisation or the way to it is slow or stalled.";
    // The proxy.
    ProxyUnknown: Proxy, Name,
        "the proxy {proxy} has no address ({said})",
        "Check the spelling of the proxy, and this machine's DNS.";
    ProxyRefused: Proxy, Connection,
        "the proxy {proxy} refused the connection: nothing listens there",
        "Check the proxy's host and port, or unset it.";
    ProxyWantsLogin: Proxy, Connection,
        "the proxy {proxy} asks for a login that it accepts (HTTP 407)",
        "Check the user and the password of the proxy.";
    ProxyForbids: Proxy, Connection,
        "the proxy {proxy} does not let this connection through: {page}",
        "Ask whoever runs the proxy to allow the host.";
    ProxyTooSlow: Proxy, Connection,
        "the proxy {proxy} did not answer within {seconds} s",
        "Check the proxy, and the way to it.";
    ProxyBroken: Proxy, Connection,
        "the proxy {proxy} failed ({said})",
        "Check that it is a proxy of that kind.";
    // Somebody else answers.
    PageInPlace: Between, Request,
        "{call} was answered by something in between, and not by the organisation: {page}",
        "Open the address in a browser on this machine, or ask whoever runs the network: a proxy, a web filter or a sign-in page stands in the way.";
    PageRefuses: Between, Request,
        "{call} answered {refusal}. That is not the organisation's own answer",
        "Open the address in a browser on this machine, or ask whoever runs the network: a proxy, a web filter or a sign-in page stands in the way.";
    GatewayFails: Between, Request,
        "{call} answered {refusal}. That is not the organisation's own answer, but of a proxy or gateway on the way to it",
        "Try again later; ask whoever runs the network if it goes on.";
    // Signing in.
    SignInRefused: Organisation, SignIn,
        "signing in failed: {call} answered {refusal}. Either this OAuth client belongs to another region than {host}, or its id or secret is wrong",
        "Check region or login_url, and client_id and the client secret.";
    SignInRefusedWithOddSecret: Organisation, SignIn,
        "signing in failed: {call} answered {refusal}, and {doubt}",
        "Write the secret as one line with nothing around it; if it is right, check client_id, and whether {host} is the client's region (region, or login_url).";
    ScopeMissing: Organisation, SignIn,
        "{call} was not sent: the token was granted without {missing}",
        "Ask an administrator to add what is missing to the scopes of this OAuth client.";
    // What the organisation refuses.
    NotAUser: Organisation, Request,
        "{call} answered {refusal}. An OAuth client is no user, and only users may do this",
        "Sign in with :login.";
    TokenRefused: Organisation, Request,
        "{call} answered {refusal}. A new token was tried and refused as well",
        "Check that the OAuth client is enabled, or sign in again with :login.";
    TokenRefusedOrScopes: Organisation, Request,
        "{call} answered {refusal}. A new token was tried and refused as well",
        "Check that the OAuth client is enabled and has the scopes {scopes}.";
    ClientLacks: Organisation, Request,
        "{call} answered {refusal}. It lacks {needed}",
        "Ask an administrator for a role of this OAuth client with it.";
    PersonLacks: Organisation, Request,
        "{call} answered {refusal}. It lacks {needed}",
        "Ask an administrator for a role of the person who has signed in with it.";
    ClientLacksSomething: Organisation, Request,
        "{call} answered {refusal}. It lacks a permission",
        "Ask an administrator for a role of this OAuth client that has it.";
    PersonLacksSomething: Organisation, Request,
        "{call} answered {refusal}. It lacks a permission",
        "Ask an administrator for a role of the person who has signed in that has it.";
    ScopesLacking: Organisation, Request,
        "{call} answered {refusal}. The OAuth client needs the scopes {scopes}",
        "Ask an administrator to grant them.";
    Redirected: Organisation, Request,
        "{call} answered {refusal}. A redirect is not followed, because it would carry the token to another place",
        "Check base_url.";
    NoCarriers: Organisation, Request,
        "{call} answered {refusal}. This organisation has no list of carriers",
        "Go on: registrations are watched all the same.";
    NotThere: Organisation, Request,
        "{call} answered {refusal}. Nothing is there",
        "Check base_url and the id.";
    LimitReached: Organisation, Request,
        "{call} answered {refusal}. The rate limit is used up",
        "Wait a minute, or lower this profile's requests_per_minute.";
    LimitReachedFor: Organisation, Request,
        "{call} answered {refusal}. The rate limit is used up",
        "Wait {seconds} s, as the organisation asks.";
    OrganisationFails: Organisation, Request,
        "{call} answered {refusal}. The organisation has trouble of its own",
        "Try again later, and give it the contextId if it goes on.";
    NotAccepted: Organisation, Request,
        "{call} answered {refusal}. The organisation does not accept the call",
        "Check base_url and the version of this console.";
    AnswerUnusable: Organisation, Request,
        "{call} answered something that cannot be used: {reason}",
        "Check that base_url is the API of a Genesys Cloud organisation.";
    // Transfers that the Platform API refuses.
    TransferFromNobody: Organisation, Request,
        "{call} answered {refusal}. Whoever is to be replaced is not connected (any more)",
        "Read the call again (r) and transfer it from where it is.";
    TransferToSameParty: Organisation, Request,
        "{call} answered {refusal}. The destination is in this call already",
        "Choose another one.";
    TransferToNoQueue: Organisation, Request,
        "{call} answered {refusal}. There is no such queue",
        "Check its id; the form offers those that have calls.";
    TransferUnattended: Organisation, Request,
        "{call} answered {refusal}. A call that a queue has brought is not given away unannounced here",
        "Announce it (C), or transfer it to a queue.";
    TransferToNobody: Organisation, Request,
        "{call} answered {refusal}. The destination is missing",
        "Name a user, a queue or a number.";
    TransferOfChat: Organisation, Request,
        "{call} answered {refusal}. A chat cannot go to a number",
        "Choose a user or a queue.";
    TransferOfOutsider: Organisation, Request,
        "{call} answered {refusal}. Whoever is outside cannot be replaced",
        "Transfer it from the agent who has it.";
    TransferWithoutStation: Organisation, Request,
        "{call} answered {refusal}. They have no station to take a call with",
        "Associate one with them (Registrations), or choose somebody else.";
    TransferOfConference: Organisation, Request,
        "{call} answered {refusal}. More than two talk in it, or it is announced already",
        "Let somebody leave, or end what is under way, first.";
    TransferToSelf: Organisation, Request,
        "{call} answered {refusal}. The destination is the one who transfers",
        "Choose another one.";
    ConsultNotUnderWay: Organisation, Request,
        "{call} answered {refusal}. No announcement is under way there (any more)",
        "Read the call again (r).";
    AgentNotConnected: Organisation, Request,
        "{call} answered {refusal}. The agent is not connected in it (any more)",
        "Read the call again (r).";
    CallerNotConnected: Organisation, Request,
        "{call} answered {refusal}. The caller is not connected (any more)",
        "Read the call again (r).";
    ConversationUnknown: Organisation, Request,
        "{call} answered {refusal}. The organisation does not know this conversation (any more)",
        "Check its id.";
    // Webhooks of ours.
    WebhookMoved: Server, Request,
        "{at} answered {status}: it has moved",
        "Set webhook to its new address.";
    WebhookForbids: Server, Request,
        "{at} answered {status}",
        "Check the address of the webhook, which often holds its key.";
    WebhookGone: Server, Request,
        "{at} answered {status}: it is not there",
        "Check its address.";
    WebhookFails: Server, Request,
        "{at} answered {status}",
        "Look at the receiver, then send again.";
    WebhookSilent: Server, Request,
        "{at} did not answer within {seconds} s",
        "Look at the receiver, then send again.";
    WebhookUnreachable: Machine, Connection,
        "{at} could not be reached: {said}",
        "Check its address, and the way to it.";
    // The secret.
    SecretUnset: Machine, Secret,
        "the secret should be in {name}, which is not set",
        "Set it, or name another place in the profile.";
    SecretUnreadable: Machine, Secret,
        "the secret in {path} cannot be read ({said})",
        "Check the path, and who may read the file.";
    SecretNoFile: Machine, Secret,
        "the secret should be in {path}, which is not a regular file",
        "Name a file that holds it.";
    SecretExposed: Machine, Secret,
        "{path} holds a secret and others may open it (mode {mode})",
        "Run `chmod 600 {quoted}`.";
    SecretHelperNotRun: Machine, Secret,
        "{program} cannot be run for the secret ({said})",
        "Check that it is installed and in PATH.";
    SecretHelperFailed: Machine, Secret,
        "{program} should print the secret, and ended with {status}{said}",
        "Run it by hand to see why.";
    SecretHelperStalled: Machine, Secret,
        "{program} should print the secret, and did not end within {seconds} s",
        "Run it by hand to see what it waits for: it has no standard input and no terminal, unless client_secret_command_tty = true.";
    SecretHelperStalledAtTerminal: Machine, Secret,
        "{program} has had the terminal for {seconds} s and has not printed the secret",
        "Run it by hand to see what it waits for.";
    SecretEmpty: Machine, Secret,
        "the secret from {place} is empty",
        "Put the secret there.";
    SecretOdd: Machine, Secret,
        "the secret from {place} {odd}",
        "Write it as one line with nothing around it.";
    SecretTooLong: Machine, Secret,
        "what {place} gives is longer than {most} bytes, so it is no secret",
        "Put the secret there, and nothing else.";
    SecretNotText: Machine, Secret,
        "the secret from {place} is not UTF-8 text",
        "Save it as UTF-8 text.";
    // This machine.
    ClockApart: Machine, Configuration,
        "{skew}",
        "Set this machine's clock (NTP).";
    StateUnwritable: Machine, Configuration,
        "{path} cannot be written ({said}), and without it no write is sent",
        "Free the disk or fix the permissions.";
    StateOpen: Machine, Configuration,
        "{path} is open to others (mode {mode})",
        "Run `chmod 700` on it.";
    NoProfile: Machine, Configuration,
        "there is no profile",
        "Write one: trunkline config init.";
    // The certificate itself.
    CertificateExpired: Server, Tls,
        "the certificate of {at} expired on {day}",
        "Renew it, or check this machine's clock.";
    ChainExpired: Server, Tls,
        "a certificate above that of {at}, {name}, expired on {day}",
        "The server must send a chain that is still valid; check this machine's clock too.";
    CertificateNotYetValid: Server, Tls,
        "the certificate of {at} is not valid yet, but from {day} on",
        "Check this machine's clock.";
    CertificateOfAnother: Server, Tls,
        "the certificate of {at} is not for {host}, but for {names}",
        "Check the host name; something else may be answering in its place.";
    CertificateNamesNobody: Server, Tls,
        "the certificate of {at} is not for {host}: it names no host at all (no subjectAltName)",
        "Have it issued again with {host} as a subjectAltName.";
    CertificateNameInCommonName: Server, Tls,
        "the certificate of {at} has its name only in the common name (CN), where no client looks any more (RFC 9525)",
        "Have it issued again with {host} as a subjectAltName.";
    CertificateSelfSigned: Server, Tls,
        "the certificate of {at} is self-signed: nobody else vouches for it",
        "Most likely the server lacks its real certificate; if it is meant to be, {trust}.";
    CertificateSelfSignedAuthority: Server, Tls,
        "the certificate of {at} is self-signed and marked as an authority (CA:TRUE, which openssl does by default), so that it cannot stand for a server, whether or not ca_file names it",
        "Make it again with CA:FALSE, or have it issued by an authority.";
    CertificateOfAnAuthority: Server, Tls,
        "the certificate that {at} shows as its own, {name}, is an authority's (CA:TRUE), and cannot stand for a server",
        "Give the server a certificate of its own, issued by that authority.";
    CertificateNotForServers: Server, Tls,
        "the certificate of {at} is not made for servers (its extended key usage lacks serverAuth)",
        "Have it issued again for serverAuth.";
    CertificateWeakSignature: Server, Tls,
        "the certificate {name} in the chain of {at} is signed by {algorithm}, which is accepted no longer",
        "Have it issued again, signed with SHA-256 or better.";
    CertificateWeakKey: Server, Tls,
        "the certificate {name} in the chain of {at} has an RSA key of {bits} bits, which is too short to be accepted",
        "Have it issued again with a key of 2048 bits or more.";
    CertificateRevoked: Server, Tls,
        "the certificate of {at} is revoked",
        "Have a new one issued, and find out why.";
    CertificateUnfit: Server, Tls,
        "the certificate of {at} is damaged or breaks the rules for certificates (RFC 5280)",
        "Have it issued again; `openssl verify` says what is wrong with it.";
    // The chain above it.
    IssuerNotSent: Server, Tls,
        "{at} sends its own certificate alone, without that of its issuer, {issuer}: an intermediate is missing from the chain, or {issuer} is a root that is not trusted here",
        "Have the server send the intermediate too (the full chain); if {issuer} is a root of your own, {trust}.";
    ChainEndsInNothing: Server, Tls,
        "the chain of {at} ends at {name}, whose issuer, {issuer}, is neither sent nor trusted here",
        "If {issuer} is a root of your own, {trust}; else a further intermediate is missing, and the server must send it.";
    RootUnknown: Server, Tls,
        "the chain of {at} ends at the root {name}, which is not trusted here",
        "If it is your own, {trust}; else something may be answering in its place.";
    IssuerOfThatNameHasAnotherKey: Server, Tls,
        "the certificate of {at} is issued in the name of {issuer} and not by the key of the authority of that name that is trusted here",
        "If the authority was made again, put its new certificate into ca_file; else something may be answering in its place.";
    // The client's own certificate.
    ClientCertificateDemanded: Server, Tls,
        "the server {at} demands a client certificate, and there is none to show",
        "Name one with client_cert_file and client_key_file in the profile, or --client-cert and --client-key of a probe; whoever runs the server issues it.";
    ClientCertificateDemandedFrom: Server, Tls,
        "the server {at} demands a client certificate, issued by {issuers}, and there is none to show",
        "Name one with client_cert_file and client_key_file in the profile, or --client-cert and --client-key of a probe.";
    ClientCertificateRefused: Server, Tls,
        "the server {at} refused the client certificate that was shown (alert {alert})",
        "Check that it is still valid; ask whoever runs the server which authorities it accepts.";
    // The handshake.
    TlsTooOld: Server, Tls,
        "{at} offers nothing newer than TLS 1.1; TLS 1.2 or newer is needed",
        "Upgrade or reconfigure it.";
    TlsNameUnknown: Server, Tls,
        "{at} does not know the name {host}",
        "Check the host name, or have it added there.";
    TlsRefused: Server, Tls,
        "{at} ended the TLS handshake with the alert {alert}",
        "It may want a client certificate, another name, or have no cipher suite in common; its own log says which.";
    TlsNothingInCommon: Server, Tls,
        "{at} speaks TLS, and no version, cipher suite or signature could be agreed on",
        "Allow it TLS 1.2 with ECDHE and AES-GCM, or TLS 1.3.";
    TlsSpokenWrongly: Server, Tls,
        "{at} broke the rules of TLS in the handshake",
        "Check what stands there; a device in between may be meddling.";
    NotTls: Server, Tls,
        "{at} answered with something that is not TLS",
        "Check the port; another protocol may live there.";
    TlsBroken: Server, Tls,
        "{at} took the connection and broke it during the TLS handshake",
        "It may not speak TLS on this port; its own log says why.";
    TlsStalled: Server, Tls,
        "{at} took the connection and did not finish the TLS handshake within {seconds} s",
        "It may not speak TLS on this port, or is stalled.";
    TlsOther: Server, Tls,
        "the TLS handshake with {at} failed",
        "TLS 1.2 or newer with a valid certificate is needed; the log of this console has the details.";
}

/// What `{trust}` says where a profile names no authority.
pub const NAME_IT: &str = "name it with ca_file in the profile";

/// What `{trust}` says where it does.
pub const ADD_IT: &str = "add it to ca_file, which does not hold it";
