import AWSModels
import AWSWire
import State

extension Transaction {
    /// Gives the next revision of a family out. The family remembers it, so the next one costs the same however many
    /// there are.
    /// - Throws: `LimitExceededException` when there can be no more.
    mutating func nextRevision<Family: DefinitionFamily>(
        of name: String, _ type: Family.Type
    ) throws(WireError) -> Int {
        var family = get(Family.key(name)) ?? Family()
        guard family.latestRevision < DefinitionRules.maximumRevision else {
            throw .limitExceeded("The family \(name) has reached the limit of revisions.")
        }
        family.family = name
        family.latestRevision += 1
        put(family)
        return family.latestRevision
    }
}
