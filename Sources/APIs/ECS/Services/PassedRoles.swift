import APIPipeline
import AWSModels
import State

/// The roles that a request about a service hands to ECS: its caller must be allowed to pass each of them.
/// Source: AWS Identity and Access Management User Guide, Grant a user permissions to pass a role to an AWS service.
enum PassedRoles {
    /// What the caller must be allowed to do.
    /// - Parameter role: the member `role`, a name or an ARN.
    static func requests(
        role: String? = nil, _ balancers: [ECS.LoadBalancer]?, _ volumes: [ECS.ServiceVolumeConfiguration]?,
        _ lattice: [ECS.VpcLatticeConfiguration]?, _ connect: ECS.ServiceConnectConfiguration?,
        _ deployment: ECS.DeploymentConfiguration?, _ realm: Realm
    ) -> [AccessRequest] {
        let roles: [String?] =
            [role] + (balancers ?? []).map { $0.advancedConfiguration?.roleArn }
            + (volumes ?? []).map { $0.managedEBSVolume?.roleArn } + (lattice ?? []).map { $0.roleArn }
            + (connect?.services ?? []).map { $0.tls?.roleArn } + (deployment?.lifecycleHooks ?? []).map { $0.roleArn }
        var requests: [AccessRequest] = []
        for role in roles.compactMap(\.self) where !role.isEmpty {
            let request = AccessRequest("iam:PassRole", realm.role(role))
            if !requests.contains(request) { requests.append(request) }
        }
        return requests
    }
}
