import AWSModels
import AWSWire
import State

/// What a rule may do with a request.
/// Source: Elastic Load Balancing API Reference, Action; Application Load Balancers User Guide, Listener rules.
/// Seam: actions that authenticate users (OIDC, Cognito, JWT) are refused: the balancer nodes cannot perform them.
struct ActionRules {
    /// Of the listener.
    let `protocol`: ELB.ProtocolEnum
    let loadBalancer: Key<LoadBalancerRecord>
    let snapshot: Snapshot

    private var isApplication: Bool { `protocol` == .http || `protocol` == .https }

    /// The actions in the order they are performed, with everything filled in.
    func checked(_ actions: [ELB.Action]) throws(WireError) -> [ELB.Action] {
        guard !actions.isEmpty else { throw .validationError("At least one action must be specified") }
        guard actions.count <= 1 || Set(actions.map { $0.order ?? 0 }).count == actions.count,
            actions.count <= 1 || actions.allSatisfy({ $0.order != nil })
        else { throw .validationError("Actions must each have an order, and no two the same") }
        var result: [ELB.Action] = []
        for action in actions.sorted(by: { ($0.order ?? 0) < ($1.order ?? 0) }) {
            result.append(try checked(action))
        }
        // What comes before the routing action would authenticate; those were refused above.
        guard result.count == 1 else {
            throw .invalidLoadBalancerAction(
                "A rule must have exactly one action of type forward, redirect or fixed-response")
        }
        return result
    }

    private func checked(_ action: ELB.Action) throws(WireError) -> ELB.Action {
        switch action.type {
        case .forward: return try ForwardRules(rules: self).checked(action)
        case .redirect:
            try checkApplication(action)
            return try RedirectRules(listener: `protocol`).checked(action)
        case .fixedResponse:
            try checkApplication(action)
            return try fixedResponse(action)
        case .authenticateOidc, .authenticateCognito, .jwtValidation:
            throw .notAvailable("Actions of type '\(action.type.rawValue)' are")
        }
    }

    private func checkApplication(_ action: ELB.Action) throws(WireError) {
        guard isApplication else {
            throw .invalidLoadBalancerAction(
                "Actions of type '\(action.type.rawValue)' are not supported on listeners of network load balancers")
        }
    }

    private static let contentTypes = [
        "text/plain", "text/css", "text/html", "application/javascript", "application/json",
    ]

    private func fixedResponse(_ action: ELB.Action) throws(WireError) -> ELB.Action {
        guard let config = action.fixedResponseConfig else {
            throw .validationError("A fixed response action must have a fixed response config")
        }
        let type = config.contentType ?? "text/plain"
        guard ActionRules.contentTypes.contains(type) else {
            throw .validationError(
                "Fixed response content type '\(type)' must be one of "
                    + "'\(ActionRules.contentTypes.joined(separator: ", "))'"
            )
        }
        return ELB.Action(
            type: .fixedResponse, order: action.order,
            fixedResponseConfig: ELB.FixedResponseActionConfig(
                messageBody: config.messageBody, statusCode: config.statusCode, contentType: type))
    }
}
