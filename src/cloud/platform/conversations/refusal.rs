//! What the Platform API's refusals of transfers mean, and what to do about them, in a person's words.

/// What to do about a refusal with this code; none when the code says nothing of its own.
pub(crate) fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "conversations.error.transfer.not.connected" => {
            "Whoever is to be replaced is not connected (any more). Read the call again (r) and transfer it from where it is."
        }
        "conversations.error.transfer.same.party" => {
            "The destination is in this call already. Choose another one."
        }
        "conversations.error.queue.not.found" | "conversations.error.transfer.queue.not.found" => {
            "There is no such queue. Check its id; the form offers those that have calls."
        }
        "conversations.error.transfer.acd.call.unattended" => {
            "A call that a queue has brought is not given away unannounced here. Announce it (C), or transfer it to a queue."
        }
        "conversations.error.transfer.destination.required"
        | "conversation.error.consult.transfer.no.destination" => {
            "The destination is missing. Name a user, a queue or a number."
        }
        "conversations.error.transfer.chat.external" => {
            "A chat cannot go to a number. Choose a user or a queue."
        }
        "postino.error.transfer.replace.external" => {
            "Whoever is outside cannot be replaced. Transfer it from the agent who has it."
        }
        "conversation.error.no.user.station" => {
            "They have no station to take a call with. Associate one with them (Registrations), or choose somebody else."
        }
        "conversation.error.cannot.transfer.conference" => {
            "More than two talk in it, or it is announced already. Let somebody leave, or end what is under way, first."
        }
        "conversation.error.cannot.transfer.to.self" => {
            "The destination is the one who transfers. Choose another one."
        }
        "conversation.error.consult.transfer.pending.not.found"
        | "conversation.error.consult.transfer.not.started" => {
            "No announcement is under way there (any more). Read the call again (r)."
        }
        "conversation.error.consult.transfer.no.initiator" | "not.a.participant" => {
            "The agent is not connected in it (any more). Read the call again (r)."
        }
        "object.participant.id.required" => {
            "The caller is not connected (any more). Read the call again (r)."
        }
        "conversation.error.conversation.not.found" => {
            "The organisation does not know this conversation (any more). Check its id."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn each_refusal_of_a_transfer_says_what_to_do() {
        for code in [
            "conversations.error.transfer.not.connected",
            "conversations.error.transfer.same.party",
            "conversations.error.queue.not.found",
            "conversations.error.transfer.acd.call.unattended",
            "postino.error.transfer.replace.external",
            "conversation.error.no.user.station",
            "conversation.error.cannot.transfer.conference",
        ] {
            assert!(
                advice(code).is_some_and(|words| words.ends_with('.')),
                "{code}"
            );
        }
        assert_eq!(advice("general.bad.request"), None);
    }
}
