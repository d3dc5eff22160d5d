import AWSWire
import State

/// The deleted secrets that nobody restored in time.
/// Source: Secrets Manager API Reference, DeleteSecret.
package func retainSecrets(_ snapshot: Snapshot, at now: Timestamp) -> Expired<SecretRecord> {
    var expired = Expired<SecretRecord>()
    snapshot.table(SecretRecord.self).forEach(.secretByEnd, prefix: "") { secret in
        expired.consider(secret.key, until: secret.goneAt ?? now, at: now)
    }
    return expired
}
