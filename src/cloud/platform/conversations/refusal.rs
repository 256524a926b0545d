//! What the Platform API's refusals of transfers mean.

use crate::cause::Cause;

/// What a refusal with this code means; none when the code says nothing of its own.
pub(crate) fn cause(code: &str) -> Option<Cause> {
    Some(match code {
        "conversations.error.transfer.not.connected" => Cause::TransferFromNobody,
        "conversations.error.transfer.same.party" => Cause::TransferToSameParty,
        "conversations.error.queue.not.found" | "conversations.error.transfer.queue.not.found" => {
            Cause::TransferToNoQueue
        }
        "conversations.error.transfer.acd.call.unattended" => Cause::TransferUnattended,
        "conversations.error.transfer.destination.required"
        | "conversation.error.consult.transfer.no.destination" => Cause::TransferToNobody,
        "conversations.error.transfer.chat.external" => Cause::TransferOfChat,
        "postino.error.transfer.replace.external" => Cause::TransferOfOutsider,
        "conversation.error.no.user.station" => Cause::TransferWithoutStation,
        "conversation.error.cannot.transfer.conference" => Cause::TransferOfConference,
        "conversation.error.cannot.transfer.to.self" => Cause::TransferToSelf,
        "conversation.error.consult.transfer.pending.not.found"
        | "conversation.error.consult.transfer.not.started" => Cause::ConsultNotUnderWay,
        "conversation.error.consult.transfer.no.initiator" | "not.a.participant" => {
            Cause::AgentNotConnected
        }
        "object.participant.id.required" => Cause::CallerNotConnected,
        "conversation.error.conversation.not.found" => Cause::ConversationUnknown,
        _ => return None,
    })
}
