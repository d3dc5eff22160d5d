import AWSWire
import State

/// Decides whether a caller may do something: the one place where policies will be evaluated.
package protocol AccessDeciding: Sendable {
    /// - Throws: `AccessDeniedException` in AWS's words when `caller` may not.
    func decide(_ request: AccessRequest, _ caller: Caller, _ snapshot: Snapshot) throws(WireError)
}

/// What callers may do as long as there are no policies: the account's root user everything, agents what agents do, a
/// task protect itself, its execution role look up what its definition names.
///
/// Seam: with IAM, what a session may do is said by its role's policies; then only the root user's part stays.
/// Source: AWS IAM User Guide, Policy evaluation logic.
package struct BuiltInAccess: AccessDeciding {
    /// What a task may do to itself. Source: Amazon ECS Developer Guide, Task scale-in protection endpoint.
    private static let ofTasks: Set = ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"]

    /// What agents do, to whatever.
    /// Source: the managed policy AmazonEC2ContainerServiceforEC2Role.
    private static let ofAgents: Set = [
        "ecs:DiscoverPollEndpoint", "ecs:SubmitTaskStateChange", "ecs:SubmitContainerStateChange",
        "ecs:SubmitAttachmentStateChanges", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents",
    ]

    /// What agents do in the cluster they joined.
    private static let inCluster: Set = [
        "ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:UpdateContainerInstancesState",
        "ecs:Poll", "ecs:StartTelemetrySession", "ecs:ListTagsForResource", "ecs:TagResource",
    ]

    package init() {}

    package func decide(_ request: AccessRequest, _ caller: Caller, _ snapshot: Snapshot) throws(WireError) {
        guard !isAllowed(request, caller, snapshot) else { return }
        throw .accessDenied(
            "User: \(caller.arn) is not authorized to perform: \(request.action) on resource: \(request.resource) "
                + "because no identity-based policy allows the \(request.action) action")
    }

    private func isAllowed(_ request: AccessRequest, _ caller: Caller, _ snapshot: Snapshot) -> Bool {
        switch caller.session?.holder {
        case nil: caller.arn == snapshot.realm.root
        case .task(let task)?:
            BuiltInAccess.ofTasks.contains(request.action)
                && request.resource == snapshot.realm.ecs("task/\(task.path)")
                || snapshot.get(task)?.mayLookUp(request, as: caller.session?.role ?? "", snapshot) ?? false
        case .agents(let cluster)?:
            BuiltInAccess.ofAgents.contains(request.action)
                || BuiltInAccess.inCluster.contains(request.action) && isIn(cluster, request.resource, snapshot.realm)
        }
    }

    /// Whether a resource is the cluster, or an instance or a task in it.
    private func isIn(_ cluster: String, _ resource: String, _ realm: Realm) -> Bool {
        let kinds = ["container-instance", "task"]
        return resource == realm.ecs("cluster/\(cluster)")
            || kinds.contains { resource.hasPrefix(realm.ecs("\($0)/\(cluster)/")) }
    }
}
