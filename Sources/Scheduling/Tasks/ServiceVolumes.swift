import AWSModels
import AWSWire
import State

extension ECS.ServiceVolumeConfiguration {
    /// What a task of the service gets: the same volume, one of its own, which is deleted with the task.
    /// Source: Amazon ECS Developer Guide, Use Amazon EBS volumes with Amazon ECS.
    package var ofTask: ECS.TaskVolumeConfiguration {
        // The two shapes have the same members, but for the policy.
        var volume = ECS.TaskVolumeConfiguration.trusted(encoded())
        volume.managedEBSVolume?.terminationPolicy = ECS.TaskManagedEBSVolumeTerminationPolicy(
            deleteOnTermination: true)
        return volume
    }
}
