import AWSWire
import Control
import State

/// Lets clients of data channels in. Their requests are not signed: the token in their first message opens the session.
struct ExecGate: Sendable {
    static let path = "/v1/data-channel/"

    let parts: ExecParts

    func decide(_ request: HTTPRequestMessage) -> UpgradeDecision {
        let id = String(request.rawPath.dropFirst(ExecGate.path.count))
        guard let record = parts.lane.durable.get(ExecuteSessionRecord.key(id)), !record.isOver else {
            let body = JSONValue.object(["message": "There is no such session."]).encode()
            return .refuse(
                HTTPResponseMessage(status: 404, headers: ["Content-Type": "application/json"], body: body))
        }
        return .accept(DataChannelConnection(id, parts))
    }
}
