import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a gateway; it is ACTIVE at once, because what it manages is made when a service begins to use it.
/// Source: Amazon ECS API Reference, CreateGateway.
/// Seam: load balancers, listeners and target groups: routes stay CREATE_IN_PROGRESS and have no URL.
struct CreateGateway: Operation {
    static let model = ECS.Operations.createGateway

    func access(
        _ input: ECS.CreateGatewayRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [
            AccessRequest("ecs:CreateGateway", GatewayRecord.arn(input.name, tx.realm)),
            AccessRequest("iam:PassRole", tx.realm.role(input.infrastructureRoleArn)),
        ]
    }

    func perform(
        _ input: ECS.CreateGatewayRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.CreateGatewayResponse {
        try ClientToken.check(input.clientToken)
        // What else a repetition says does not matter. Source: the same page, clientToken.
        let token = ClientToken(input.clientToken, scope: "CreateGateway")
        if let name = try token?.earlierResult(in: tx.snapshot, at: context.now, { $0 })?.first {
            return answer(name, tx.get(GatewayRecord.key(name))?.status ?? .deleted, tx.realm)
        }
        let gateway = try gateway(input, context.now)
        guard tx.get(gateway.key) == nil else {
            throw .invalidParameter("A gateway with the name \(gateway.name) already exists. Specify another name.")
        }
        tx.put(gateway)
        token?.remember([gateway.name], until: context.now.advanced(by: RunTask.tokenLifetime), &tx)
        return answer(gateway.name, gateway.status, tx.realm)
    }

    private func gateway(_ input: ECS.CreateGatewayRequest, _ now: Timestamp) throws(WireError) -> GatewayRecord {
        guard Names.isName(input.name) else { throw .invalidParameter("Invalid gateway name: \(input.name)") }
        var gateway = GatewayRecord()
        gateway.name = input.name
        gateway.createdAt = now
        gateway.updatedAt = now
        gateway.infrastructureRoleARN = try GatewayRules.role(input.infrastructureRoleArn)
        gateway.deletionProtection = input.deletionProtection ?? true
        gateway.propagateTags = input.propagateTags ?? .gateway
        gateway.configuration = try GatewayRules.completed(input.configuration)
        gateway.tags = try Tags.checked(input.tags)
        return gateway
    }

    private func answer(_ name: String, _ status: ECS.GatewayStatus, _ realm: Realm) -> ECS.CreateGatewayResponse {
        ECS.CreateGatewayResponse(gatewayArn: GatewayRecord.arn(name, realm), name: name, status: status)
    }
}
