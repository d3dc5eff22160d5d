import AWSModels
import AWSWire
import State

/// Rules for capacity providers of Auto Scaling groups.
///
/// There is no Auto Scaling API in the region yet: any well-formed group is accepted, and nobody scales it. What
/// managed scaling asks for is stored and shown, and tasks wait for its instances; the one who will launch them has to
/// watch the tasks in PROVISIONING.
enum AutoScalingGroupProviders {
    /// The provider of a request with its defaults.
    /// - Parameter name: the capacity provider's.
    /// - Throws: `ClientException` or `InvalidParameterException`.
    static func checked(
        _ wish: ECS.AutoScalingGroupProvider, for name: String, in snapshot: Snapshot
    ) throws(WireError) -> ECS.AutoScalingGroupProvider {
        guard let group = groupName(wish.autoScalingGroupArn, snapshot.realm) else {
            throw .client(
                "The specified Auto Scaling group ARN is not valid. Specify a valid ARN or name and try again.")
        }
        let isTaken = snapshot.list(CapacityProviderRecord.self, .capacityProviderByStatus, prefix: "ACTIVE/")
            .contains { other in
                other.name != name
                    && other.autoScalingGroupProvider.flatMap {
                        groupName($0.autoScalingGroupArn, snapshot.realm)
                    } == group
            }
        guard !isTaken else {
            throw .client(
                "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a "
                    + "unique Auto Scaling group ARN and try again.")
        }
        return try completed(wish, over: nil)
    }

    /// `old` with what a request changes.
    /// - Throws: `InvalidParameterException`.
    static func updated(
        _ old: ECS.AutoScalingGroupProvider, with update: ECS.AutoScalingGroupProviderUpdate
    ) throws(WireError) -> ECS.AutoScalingGroupProvider {
        try completed(
            ECS.AutoScalingGroupProvider(
                autoScalingGroupArn: old.autoScalingGroupArn, managedScaling: update.managedScaling,
                managedTerminationProtection: update.managedTerminationProtection,
                managedDraining: update.managedDraining),
            over: old)
    }

    /// Source: Amazon ECS API Reference, AutoScalingGroupProvider and ManagedScaling: the defaults.
    private static func completed(
        _ wish: ECS.AutoScalingGroupProvider, over old: ECS.AutoScalingGroupProvider?
    ) throws(WireError) -> ECS.AutoScalingGroupProvider {
        let (new, before) = (wish.managedScaling, old?.managedScaling)
        let scaling = ECS.ManagedScaling(
            status: new?.status ?? before?.status ?? .disabled,
            targetCapacity: new?.targetCapacity ?? before?.targetCapacity ?? 100,
            minimumScalingStepSize: new?.minimumScalingStepSize ?? before?.minimumScalingStepSize ?? 1,
            maximumScalingStepSize: new?.maximumScalingStepSize ?? before?.maximumScalingStepSize ?? 10_000,
            instanceWarmupPeriod: new?.instanceWarmupPeriod ?? before?.instanceWarmupPeriod ?? 300)
        let protection = wish.managedTerminationProtection ?? old?.managedTerminationProtection ?? .disabled
        guard (scaling.minimumScalingStepSize ?? 0) <= (scaling.maximumScalingStepSize ?? 0) else {
            throw .invalidParameter("minimumScalingStepSize must not be larger than maximumScalingStepSize.")
        }
        guard protection == .disabled || scaling.status == .enabled else {
            throw .invalidParameter(
                "The managed termination protection setting for the capacity provider is invalid. To enable managed "
                    + "termination protection for a capacity provider, managed scaling must be enabled.")
        }
        return ECS.AutoScalingGroupProvider(
            autoScalingGroupArn: wish.autoScalingGroupArn, managedScaling: scaling,
            managedTerminationProtection: protection,
            managedDraining: wish.managedDraining ?? old?.managedDraining ?? .enabled)
    }

    /// The name of the group that an ARN or a name means; nil for neither.
    /// An ARN is `arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:UUID:autoScalingGroupName/NAME`.
    private static func groupName(_ text: String, _ realm: Realm) -> String? {
        guard text.hasPrefix("arn:") else { return isGroupName(text) ? text : nil }
        let mark = ":autoScalingGroupName/"
        guard let arn = ARN(text), arn.service == "autoscaling", arn.region == realm.region,
            arn.account == realm.account, arn.resource.hasPrefix("autoScalingGroup:"),
            let range = arn.resource.firstRange(of: mark)
        else { return nil }
        let name = String(arn.resource[range.upperBound...])
        return isGroupName(name) ? name : nil
    }

    /// Source: Amazon EC2 Auto Scaling API Reference, CreateAutoScalingGroup: 1 to 255 printable characters but `:`.
    private static func isGroupName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x3A }
    }
}
