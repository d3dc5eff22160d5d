import APIPipeline
import AWSModels
import AWSWire
import Control
import State

/// Lets agents' websockets in: checks the signature and that the instance is registered.
struct AgentGate: Sendable {
    let lane: Lane
    let hub: SessionHub
    let usage: UsageBook
    let pulls: PullBook
    let authenticator: any Authenticating
    let access: any AccessDeciding
    let sessions: ExecHub

    func decide(_ request: HTTPRequestMessage) -> UpgradeDecision {
        let form = QueryForm(query: request.rawQuery)
        let caller: Caller
        do throws(WireError) {
            caller = try authenticator.authenticate(request, ECS.api, at: WallClock.now)
        } catch { return refuse(error.status, "AccessDeniedException", error.message) }
        switch request.rawPath {
        case "/agent/acs/ws":
            return admit(form.value("containerInstanceArn"), "ecs:Poll", caller) { key in
                let versions = AgentVersions(
                    version: form.value("agentVersion"), hash: form.value("agentHash"),
                    docker: form.value("dockerVersion"))
                return AgentConnection(
                    key, versions, lane: lane, hub: hub, pulls: pulls, random: SystemEntropy.seeded())
            }
        case "/agent/tcs/ws":
            return admit(form.value("containerInstance"), "ecs:StartTelemetrySession", caller) { key in
                TelemetryConnection(key, lane: lane, usage: usage)
            }
        case "/agent/exec/ws": return admitExec(form, caller)
        default: return refuse(404, "BadRequestException", "No session is served at \(request.rawPath).")
        }
    }

    /// An agent comes for a session of ExecuteCommand, of a task on its instance.
    private func admitExec(_ form: QueryForm, _ caller: Caller) -> UpgradeDecision {
        guard let session = form.value("session").flatMap({ sessions.session($0) }) else {
            return refuse(404, "BadRequestException", "There is no such session.")
        }
        return admit(form.value("containerInstanceArn"), "ecs:Poll", caller) { key in
            session.awaits(key) ? ExecAgentConnection(session) : nil
        }
    }

    private func admit(
        _ text: String?, _ action: String, _ caller: Caller,
        _ session: (Key<ContainerInstanceRecord>) -> (any WebSocketSession)?
    ) -> UpgradeDecision {
        let snapshot = lane.durable
        let prefix = snapshot.realm.ecs("container-instance/")
        guard let text, text.hasPrefix(prefix) else {
            return refuse(400, "InvalidInstanceException", "The container instance's ARN is not of this region.")
        }
        do throws(WireError) {
            try access.decide(AccessRequest(action, text), caller, snapshot)
        } catch { return refuse(error.status, "AccessDeniedException", error.message) }
        let key = Key<ContainerInstanceRecord>(path: String(text.dropFirst(prefix.count)))
        switch SessionAdmission(of: key, snapshot, isShared: lane.isShared) {
        case .welcome:
            guard let session = session(key) else {
                return refuse(403, "AccessDeniedException", "The session is not of a task on this instance.")
            }
            return .accept(session)
        case .inactive:
            return refuse(400, "InactiveInstanceException", "Container instance is inactive")
        case .unknown: return refuse(503, "ServerException", "The container instance is not known here yet.")
        }
    }

    /// One key, the exception's name, which is in the header too.
    /// Source: amazon-ecs-agent, wsclient/errors. Observed: Fixtures/backend-upgrade-refused-inactive.json.
    private func refuse(_ status: Int, _ name: String, _ message: String) -> UpgradeDecision {
        let body = JSONValue.object([name: .string(message)]).encode()
        let headers: HTTPHeaders = ["Content-Type": "application/json", "x-amzn-ErrorType": name]
        return .refuse(HTTPResponseMessage(status: status, headers: headers, body: body))
    }
}
