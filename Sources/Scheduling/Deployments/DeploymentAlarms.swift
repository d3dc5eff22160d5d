import AWSModels
import State

/// Where deployments learn which alarms are in the state ALARM.
///
/// The seam of alarm-based deployment failure: the region has no CloudWatch API yet, so no alarm is ever in ALARM here.
/// When it has, this reads the alarms' records; everything that follows from an alarm is in `evaluateFailure`.
/// Source: Amazon ECS Developer Guide, How CloudWatch alarms detect Amazon ECS deployment failures.
/// - Returns: those of `names` that are in ALARM, in their order.
package func alarmsInAlarm(_ names: [String], in snapshot: Snapshot) -> [String] { [] }
