namespace Minato.Aws.Authorization;

/// <summary>S3, and what keeps secrets.</summary>
internal static class StorageActions
{
    // AWS: what S3's operations and its actions are called differs more than anywhere else.
    public static ActionTable S3() => new("s3", "arn:aws:s3:::", """
        * : ListBuckets=ListAllMyBuckets
        arn:aws:s3:::{Bucket} : CreateBucket DeleteBucket GetBucketAcl GetBucketLocation GetBucketLogging GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
        arn:aws:s3:::{Bucket} : GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite DeleteBucketPolicy DeleteBucketWebsite PutBucketLogging
        arn:aws:s3:::{Bucket} : PutBucketOwnershipControls PutBucketPolicy PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite
        arn:aws:s3:::{Bucket} ? s3:x-amz-acl={ACL} : PutBucketAcl
        arn:aws:s3:::{Bucket} : GetBucketAccelerateConfiguration=GetAccelerateConfiguration PutBucketAccelerateConfiguration=PutAccelerateConfiguration
        arn:aws:s3:::{Bucket} : GetBucketCors=GetBucketCORS PutBucketCors=PutBucketCORS DeleteBucketCors=PutBucketCORS DeleteBucketTagging=PutBucketTagging
        arn:aws:s3:::{Bucket} : GetBucketEncryption=GetEncryptionConfiguration PutBucketEncryption=PutEncryptionConfiguration DeleteBucketEncryption=PutEncryptionConfiguration
        arn:aws:s3:::{Bucket} : GetBucketLifecycleConfiguration=GetLifecycleConfiguration PutBucketLifecycleConfiguration=PutLifecycleConfiguration DeleteBucketLifecycle=PutLifecycleConfiguration
        arn:aws:s3:::{Bucket} : GetBucketNotificationConfiguration=GetBucketNotification PutBucketNotificationConfiguration=PutBucketNotification
        arn:aws:s3:::{Bucket} : GetBucketReplication=GetReplicationConfiguration PutBucketReplication=PutReplicationConfiguration DeleteBucketReplication=PutReplicationConfiguration
        arn:aws:s3:::{Bucket} : GetObjectLockConfiguration=GetBucketObjectLockConfiguration PutObjectLockConfiguration=PutBucketObjectLockConfiguration
        arn:aws:s3:::{Bucket} : DeleteBucketOwnershipControls=PutBucketOwnershipControls
        arn:aws:s3:::{Bucket} if ObjectLockEnabledForBucket : CreateBucket=PutBucketObjectLockConfiguration
        arn:aws:s3:::{Bucket}/{Key} if BypassGovernanceRetention : DeleteObject=BypassGovernanceRetention PutObjectRetention=BypassGovernanceRetention
        arn:aws:s3:::{Bucket}/{Delete.Objects.Key} if BypassGovernanceRetention : DeleteObjects=BypassGovernanceRetention
        arn:aws:s3:::{Bucket}/{Key} ? s3:object-lock-mode={ObjectLockMode} if ObjectLockMode : PutObject=PutObjectRetention CopyObject=PutObjectRetention CreateMultipartUpload=PutObjectRetention
        arn:aws:s3:::{Bucket}/{Key} if ObjectLockLegalHoldStatus : PutObject=PutObjectLegalHold CopyObject=PutObjectLegalHold CreateMultipartUpload=PutObjectLegalHold
        arn:aws:s3:::{Bucket}/{Key} ? s3:object-lock-mode={Retention.Mode} : PutObjectRetention
        arn:aws:s3:::{Bucket}/{Key} ? s3:object-lock-legal-hold={LegalHold.Status} : PutObjectLegalHold
        arn:aws:s3:::{Bucket} : GetPublicAccessBlock=GetBucketPublicAccessBlock PutPublicAccessBlock=PutBucketPublicAccessBlock DeletePublicAccessBlock=PutBucketPublicAccessBlock
        arn:aws:s3:::{Bucket} : HeadBucket=ListBucket
        arn:aws:s3:::{Bucket} ? s3:prefix={Prefix|} s3:delimiter={Delimiter} s3:max-keys={MaxKeys} : ListObjects=ListBucket ListObjectsV2=ListBucket ListObjectVersions=ListBucketVersions
        arn:aws:s3:::{Bucket} : ListMultipartUploads=ListBucketMultipartUploads
        arn:aws:s3:::{Bucket}/{Key} unless VersionId : GetObject HeadObject=GetObject GetObjectAttributes=GetObject GetObjectAcl GetObjectTagging PutObjectAcl PutObjectTagging DeleteObject DeleteObjectTagging
        arn:aws:s3:::{Bucket}/{Key} ? s3:VersionId={VersionId} if VersionId : GetObject=GetObjectVersion HeadObject=GetObjectVersion GetObjectAttributes=GetObjectVersion GetObjectAcl=GetObjectVersionAcl
        arn:aws:s3:::{Bucket}/{Key} ? s3:VersionId={VersionId} if VersionId : GetObjectTagging=GetObjectVersionTagging PutObjectAcl=PutObjectVersionAcl PutObjectTagging=PutObjectVersionTagging
        arn:aws:s3:::{Bucket}/{Key} ? s3:VersionId={VersionId} if VersionId : DeleteObject=DeleteObjectVersion DeleteObjectTagging=DeleteObjectVersionTagging
        arn:aws:s3:::{Bucket}/{Key} : GetObjectLegalHold GetObjectRetention AbortMultipartUpload ListParts=ListMultipartUploadParts CompleteMultipartUpload=PutObject UploadPart=PutObject
        arn:aws:s3:::{Bucket}/{Key} ? s3:x-amz-acl={ACL} s3:x-amz-storage-class={StorageClass} s3:x-amz-server-side-encryption={ServerSideEncryption} : PutObject CreateMultipartUpload=PutObject
        arn:aws:s3:::{Bucket}/{Key} ? s3:x-amz-acl={ACL} s3:x-amz-copy-source={CopySource@} s3:x-amz-metadata-directive={MetadataDirective} : CopyObject=PutObject UploadPartCopy=PutObject
        arn:aws:s3:::{CopySource@} : CopyObject=GetObject UploadPartCopy=GetObject
        arn:aws:s3:::{Bucket}/{Key} if Tagging : PutObject=PutObjectTagging CopyObject=PutObjectTagging CreateMultipartUpload=PutObjectTagging
        arn:aws:s3:::{Bucket}/{Key} if ACL : PutObject=PutObjectAcl CopyObject=PutObjectAcl CreateMultipartUpload=PutObjectAcl
        arn:aws:s3:::{Bucket}/{Delete.Objects.Key} : DeleteObjects=DeleteObject
        """);

    public static ActionTable SecretsManager() => new("secretsmanager", "arn:aws:secretsmanager:{region}:{account}:", """
        * : BatchGetSecretValue GetRandomPassword ListSecrets
        secret:{SecretIdList} if SecretIdList : BatchGetSecretValue=GetSecretValue
        secret:{Name} ? secretsmanager:Name={Name} secretsmanager:KmsKeyId={KmsKeyId} : CreateSecret
        secret:{SecretId} ? secretsmanager:SecretId={SecretId} secretsmanager:VersionId={VersionId} secretsmanager:VersionStage={VersionStage|AWSCURRENT} : GetSecretValue
        secret:{SecretId} ? secretsmanager:SecretId={SecretId} : CancelRotateSecret DeleteResourcePolicy DescribeSecret GetResourcePolicy ListSecretVersionIds PutSecretValue RestoreSecret
        secret:{SecretId} ? secretsmanager:SecretId={SecretId} secretsmanager:BlockPublicPolicy={BlockPublicPolicy|false} : PutResourcePolicy
        secret:{SecretId} ? secretsmanager:SecretId={SecretId} secretsmanager:RotationLambdaARN={RotationLambdaARN} : RotateSecret
        secret:{SecretId} ? secretsmanager:SecretId={SecretId} secretsmanager:RecoveryWindowInDays={RecoveryWindowInDays} secretsmanager:ForceDeleteWithoutRecovery={ForceDeleteWithoutRecovery} : DeleteSecret
        secret:{SecretId} ? secretsmanager:SecretId={SecretId} secretsmanager:KmsKeyId={KmsKeyId} : UpdateSecret
        secret:{SecretId} ? secretsmanager:SecretId={SecretId} : TagResource UntagResource UpdateSecretVersionStage StopReplicationToReplica RemoveRegionsFromReplication ReplicateSecretToRegions
        secret:{SecretId|*} : ValidateResourcePolicy
        """);

    public static ActionTable Ssm() => new("ssm", "arn:aws:ssm:{region}:{account}:", """
        * : DescribeParameters
        parameter/{Name^} : DeleteParameter GetParameter GetParameterHistory LabelParameterVersion UnlabelParameterVersion
        parameter/{Name^} ? ssm:Overwrite={Overwrite|false} ssm:Policies={Policies} : PutParameter
        parameter/{Names^} : DeleteParameters GetParameters
        parameter/{Path^} ? ssm:Recursive={Recursive|false} : GetParametersByPath
        {ResourceType}/{ResourceId^} : AddTagsToResource RemoveTagsFromResource ListTagsForResource
        """);

    public static ActionTable Kms() => new("kms", "arn:aws:kms:{region}:{account}:", """
        * : CreateKey GenerateRandom ListAliases ListKeys ListRetirableGrants
        {AliasName~} {TargetKeyId~} : CreateAlias UpdateAlias
        {AliasName~} : DeleteAlias
        {KeyId~|*} ? kms:EncryptionAlgorithm={EncryptionAlgorithm|SYMMETRIC_DEFAULT} : Decrypt
        {KeyId~} ? kms:EncryptionAlgorithm={EncryptionAlgorithm|SYMMETRIC_DEFAULT} : Encrypt
        {KeyId~} ? kms:GrantOperations={Operations} kms:GranteePrincipal={GranteePrincipal} : CreateGrant
        {SourceKeyId~|*} : ReEncrypt=ReEncryptFrom
        {DestinationKeyId~} : ReEncrypt=ReEncryptTo
        {KeyId~|*} : RetireGrant
        {KeyId~} ? kms:ScheduleKeyDeletionPendingWindowInDays={PendingWindowInDays|30} : ScheduleKeyDeletion
        {KeyId~} : CancelKeyDeletion DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation GenerateDataKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext
        {KeyId~} : GenerateDataKeyWithoutPlaintext GenerateMac GetKeyPolicy GetKeyRotationStatus GetPublicKey ListGrants ListKeyPolicies ListKeyRotations ListResourceTags PutKeyPolicy
        {KeyId~} : RevokeGrant RotateKeyOnDemand Sign TagResource UntagResource UpdateKeyDescription Verify VerifyMac
        """);
}
